/** @file Where things are inside the clone. Knows no tool and touches no file. */
import path from "node:path"
import { fileURLToPath } from "node:url"

export const windows = process.platform === "win32"

/** The clone's root folder. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..")

/** @param {...string} parts a path below the root */
export const at = (...parts) => path.join(root, ...parts)

/** The Python environment, made by `npm start` and used by nothing else. */
export const venv = at(".venv")

/** Where the environment's Jupyter finds kernelspecs and labextensions. */
export const share = path.join(venv, "share", "jupyter")

/** @param {string} name a command of the Python environment, such as `jupyter` */
export const bin = (name) =>
  path.join(venv, windows ? "Scripts" : "bin", windows ? `${name}.exe` : name)
