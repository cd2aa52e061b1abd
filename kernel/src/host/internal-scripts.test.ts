/** @file A traceback shows cells and the user's packages, and nothing of ours. */
import { expect, test } from "vitest"
import { isInternalScript } from "./internal-scripts.ts"

const OWN = "file:///clone/kernel/dist"
const isHidden = (url: string) => isInternalScript(url, OWN)

test.each([
  "node:internal/process/task_queues",
  "<anonymous>",
  "file:///clone/kernel/dist/runtime.js",
  "file:///clone/packages/defnote/dist/chunks/chunk-RC7YM3NH.js",
  "file:///home/me/project/node_modules/defnote/dist/index.js",
])("%s is not shown", (url) => expect(isHidden(url)).toBe(true))

test.each([
  "file:///home/me/project/node_modules/lodash/lodash.js",
  "file:///home/me/defnote/helper.js",
  "cell://3",
])("%s is shown", (url) => expect(isHidden(url)).toBe(false))
