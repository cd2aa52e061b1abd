/** @file Evaluation through the main thread's own inspector session: REPL scripts and their values. */
import { type Runtime as Protocol, Session } from "node:inspector"
import { keepNextPromise } from "./causes.ts"

/** A value the session holds. */
export type Remote = Protocol.RemoteObject

/** How a script ended. */
export type Evaluation = { value: Remote } | { thrown: Remote; details: Protocol.ExceptionDetails }

const READ = "variables"
const TAKE = Symbol.for("defnote.kernel.take")

/** The session of this thread. */
export class Evaluator {
  readonly #session = new Session()
  readonly #taken = new Map<number, unknown>()
  #tickets = 0

  constructor() {
    this.#session.connect()
    Object.defineProperty(globalThis, TAKE, {
      value: (ticket: number, value: unknown) => {
        this.#taken.set(ticket, value)
      },
    })
  }

  /**
   * Evaluates a script with top-level await and redeclaration.
   *
   * @param group what {@link release} is told to let go of the script's values
   * @throws Error when V8 cut it (termination)
   */
  async evaluate(code: string, name: string, group: string): Promise<Evaluation> {
    const answer = (await this.#post(
      "Runtime.evaluate",
      {
        expression: `${code}\n//# sourceURL=${name}`,
        objectGroup: group,
        replMode: true,
        awaitPromise: true,
        generatePreview: false,
      },
      // When V8 collects the promise of the script, Node 24 aborts: the answer comes at a wrong time.
      keepNextPromise,
    )) as Protocol.EvaluateReturnType
    const details = answer.exceptionDetails
    if (!details) return { value: answer.result }
    return { thrown: details.exception ?? answer.result, details }
  }

  /** The JavaScript value behind a remote one. */
  async take(remote: Remote): Promise<unknown> {
    return (await this.#hold(remote)).value
  }

  /** The value in a box: a promise that is fulfilled with the value itself asks it for `then`. */
  async #hold(remote: Remote): Promise<{ value: unknown }> {
    const ticket = ++this.#tickets
    await this.#post("Runtime.callFunctionOn", {
      functionDeclaration: `function (ticket, value) { globalThis[Symbol.for("defnote.kernel.take")](ticket, value) }`,
      arguments: [{ value: ticket }, argumentOf(remote)],
      executionContextId: 1,
    })
    const value = this.#taken.get(ticket)
    this.#taken.delete(ticket)
    return { value }
  }

  /** Names of the session's `let`, `const` and `class` declarations. */
  async names(): Promise<string[]> {
    const { names } = (await this.#post("Runtime.globalLexicalScopeNames", {
      executionContextId: 1,
    })) as Protocol.GlobalLexicalScopeNamesReturnType
    return names
  }

  /** The value of a lexical name, read without running anything; undefined while it has none. */
  async read(name: string): Promise<{ value: unknown } | undefined> {
    const answer = (await this.#post("Runtime.evaluate", {
      expression: name,
      objectGroup: READ,
      silent: true,
      throwOnSideEffect: true,
    })) as Protocol.EvaluateReturnType
    if (answer.exceptionDetails) return undefined
    const held = await this.#hold(answer.result)
    this.#session.post("Runtime.releaseObjectGroup", { objectGroup: READ })
    return held
  }

  /** Lets go of the values of a cell that ended. */
  release(group: string): void {
    this.#session.post("Runtime.releaseObjectGroup", { objectGroup: group })
  }

  /** @param begin called last before V8 gets the message; what it returns is called at the answer */
  #post(method: string, params: object, begin?: () => () => void): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const end = begin?.()
      this.#session.post(method, params, (error, result) => {
        end?.()
        if (error) reject(error)
        else resolve(result)
      })
    })
  }
}

function argumentOf(remote: Remote): Protocol.CallArgument {
  if (remote.objectId) return { objectId: remote.objectId }
  if (remote.unserializableValue) return { unserializableValue: remote.unserializableValue }
  return { value: remote.value }
}
