/** @file Unit tests: which files, and how workspace packages resolve to their TypeScript sources. */
import { defineConfig } from "vitest/config"
import { V8_FLAGS } from "./packages/defnote/src/process.ts"

const full = process.env.DEFNOTE_FULL === "1"
const conditions = ["defnote-source", "module", "import", "node", "default"]

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: [
      "packages/*/src/**/*.test.ts",
      "packages/*/test/**/*.test.ts",
      "kernel/src/**/*.test.ts",
      "kernel/test/**/*.test.ts",
      "extension/src/**/*.test.ts",
      "extension/test/**/*.test.ts",
      "scripts/**/*.test.mjs",
    ],
    exclude: ["**/node_modules/**", "**/dist/**", "**/*.browser.test.ts"],
    testTimeout: full ? 300_000 : 30_000,
    hookTimeout: 30_000,
    // As in the processes that the kernel starts.
    execArgv: [...V8_FLAGS],
    passWithNoTests: true,
  },
})
