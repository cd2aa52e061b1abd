/** @file The project of a notebook for the type checker: a temporary folder that stands for the notebook's. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { pathToFileURL } from "node:url"

/** Where the declarations are that the kernel supplies. */
export interface ProjectOptions {
  /** The notebook's folder; nothing is written there. */
  folder: string
  /** The folder with `globals.d.ts`, `tslab.d.ts`, `defnote/` and `node_modules/@types/node`. */
  types: string
  /** Whether a kernel's globals, such as `display`, are there. Default: true. */
  globals?: boolean
}

const PREFIX = "defnote-kernel-"

/** A project on disk. */
export interface Project {
  /** The folder of the cells, and its URL. */
  cells: string
  url: string
  remove(): void
}

/**
 * Makes the project. Its folder resolves as the notebook's does: relative imports by `rootDirs`,
 * packages by links to the `node_modules` folders above the notebook.
 */
export function createProject({ folder, types, globals = true }: ProjectOptions): Project {
  removeStale()
  const root = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`))
  let cells = root
  for (const modules of moduleFolders(folder)) {
    cells = join(cells, "n")
    mkdirSync(cells)
    symlinkSync(modules, join(cells, "node_modules"), "junction")
  }
  writeFileSync(
    join(cells, "tsconfig.json"),
    JSON.stringify(configuration(cells, folder, types, globals)),
  )
  return {
    cells,
    url: pathToFileURL(cells).href,
    remove: () => rmSync(root, { recursive: true, force: true }),
  }
}

/** Removes the folders of kernels that were killed: a process of that id is gone. */
function removeStale(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`, "u").exec(name)?.[1]
    if (pid === undefined || isAlive(Number(pid))) continue
    try {
      rmSync(join(tmpdir(), name), { recursive: true, force: true })
    } catch {
      // Another user's: theirs to remove.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"
  }
}

/** The `node_modules` folders a module in `folder` sees, outermost first. */
function moduleFolders(folder: string): string[] {
  const found: string[] = []
  for (let at = folder; ; at = dirname(at)) {
    const candidate = join(at, "node_modules")
    if (existsSync(candidate)) found.unshift(candidate)
    if (dirname(at) === at) return found
  }
}

function configuration(cells: string, folder: string, types: string, globals: boolean): object {
  const supplied = {
    defnote: join(types, "defnote/index.d.ts"),
    "defnote/lang": join(types, "defnote/lang.d.ts"),
    tslab: join(types, "tslab.d.ts"),
  }
  const present = Object.entries(supplied).filter(([, path]) => existsSync(path))
  return {
    compilerOptions: {
      target: "es2023",
      lib: ["es2023"],
      module: "esnext",
      moduleResolution: "bundler",
      moduleDetection: "force",
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      allowJs: true,
      checkJs: false,
      resolveJsonModule: true,
      esModuleInterop: true,
      allowImportingTsExtensions: true,
      types: ["node"],
      typeRoots: [
        join(types, "node_modules/@types"),
        ...moduleFolders(folder).map((modules) => join(modules, "@types")),
      ],
      rootDirs: [cells, folder],
      paths: Object.fromEntries(present.map(([name, path]) => [name, [path]])),
    },
    files: globals ? [join(types, "globals.d.ts")] : [],
    include: ["**/*"],
  }
}
