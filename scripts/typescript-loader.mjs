/** @file Lets Node, and every worker thread that it starts, import TypeScript files. */
import { register } from "node:module"

register("./typescript-hooks.mjs", import.meta.url)
