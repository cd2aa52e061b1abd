/** @file Evaluation through the main thread's own inspector session: REPL scripts and their values. */
import { type Runtime as Protocol, Session } from "node:inspector"
import { keepNextPromise } from "./causes.ts"

/** A value the session holds. */
export type Remote = Protocol.RemoteObject

/** How a script ended. */
export type Evaluation = { value: Remote } | { thrown: Remote; details: Protocol.ExceptionDetails }

const GROUP = "cell"
const TAKE = Symbol.for("defnote.kernel.take")

/** The session of this thread. */
export class Evaluator {
  readonly #session = new Session()
  #taken: unknown

  constructor() {
    this.#session.connect()
    Object.defineProperty(globalThis, TAKE, {
      value: (value: unknown) => {
        this.#taken = value
      },
    })
  }

  /**
   * Evaluates a script with top-level await and redeclaration.
   *
   * @throws Error when V8 cut it (termination)
   */
  async evaluate(code: string, name: string): Promise<Evaluation> {
    const answer = (await this.#post(
      "Runtime.evaluate",
      {
        expression: `${code}\n//# sourceURL=${name}`,
        objectGroup: GROUP,
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
    await this.#post("Runtime.callFunctionOn", {
      functionDeclaration: `function (value) { globalThis[Symbol.for("defnote.kernel.take")](value) }`,
      arguments: [argumentOf(remote)],
      executionContextId: 1,
    })
    const value = this.#taken
    this.#taken = undefined
    return value
  }

  /** Lets go of the values of the cell that ended. */
  release(): void {
    this.#session.post("Runtime.releaseObjectGroup", { objectGroup: GROUP })
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
