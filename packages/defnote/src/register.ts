/**
 * @file `node --import defnote/register app.ts`: operators inside `defn` work in programs as they do in notebooks (D5.6).
 * It installs the module hooks of loader.ts, which run on a thread of their own.
 */
import { register } from "node:module"

/** An error inside an operation has about ten frames of the engine before the first of the program. */
const FRAMES = 50

Error.stackTraceLimit = Math.max(Error.stackTraceLimit, FRAMES)
register("./loader.js", import.meta.url)
