/** @file Who may import whom. Read by `npm run check`; tests and tooling are not restricted. */

/** The workspace packages that each one may import. */
const MAY_IMPORT = {
  "packages/core": [],
  "packages/lower": ["core"],
  "packages/compiler-wasm": ["core", "lower"],
  "packages/compiler-native": ["core", "lower"],
  "packages/compiler-webgpu": ["core", "lower"],
  "packages/compiler-xla": ["core"],
  "packages/syntax": [],
  "packages/inspect": ["core"],
  "packages/learn": ["core"],
  "packages/display": ["core", "inspect"],
  "packages/graph-view": ["display"],
  "packages/defnote": ["core", "lower", "compiler-[a-z]+", "syntax", "inspect", "learn", "display"],
  "packages/testing": ["core"],
  "packages/bench": ["core", "lower", "compiler-[a-z]+", "defnote"],
  kernel: ["defnote", "syntax", "display"],
  extension: ["graph-view", "display"],
}

/** These run in a browser too: no Node API. */
const PURE = "^packages/(core|lower|syntax|inspect|learn|display|graph-view)/src/"

/** Tests and what only they import. */
const TEST = "[.]test[.]ts$|/test/|/src/(testing|examples)/"
/** Benchmarks compare with packages that are there or not. */
const BENCH = "^packages/bench/"
const MUTUAL = "^packages/core/src/(ops|transforms)/"

const layering = Object.entries(MAY_IMPORT).map(([folder, allowed]) => {
  const own = folder.replace("packages/", "")
  const inside = folder.startsWith("packages/") ? [own, ...allowed] : allowed
  const foreign = [
    `^packages/(?!(${inside.join("|")})/)`,
    ...["kernel", "extension"].filter((other) => other !== folder).map((other) => `^${other}/`),
  ]
  return {
    name: `layers-${own}`,
    comment: `${folder} may import ${allowed.join(", ") || "no other workspace package"}`,
    severity: "error",
    from: { path: `^${folder}/src/`, pathNot: TEST },
    to: { path: foreign },
  }
})

module.exports = {
  forbidden: [
    ...layering,
    {
      name: "core-imports-nothing",
      severity: "error",
      from: { path: "^packages/core/src/", pathNot: TEST },
      to: { path: "node_modules" },
    },
    {
      name: "no-node-api",
      comment: "this package runs in a browser too",
      severity: "error",
      from: { path: PURE, pathNot: TEST },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "declared-dependencies-only",
      comment: "an npm package must be a dependency in the importer's package.json",
      severity: "error",
      from: { path: "^(packages/[^/]+|kernel)/src/", pathNot: `${TEST}|${BENCH}` },
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown", "npm-dev"] },
    },
    {
      name: "no-cycles",
      comment: "only ops and transforms may refer to each other (adjoints; rules run lazily)",
      severity: "error",
      from: {},
      to: {
        circular: true,
        dependencyTypesNot: ["type-only"],
        via: { pathNot: MUTUAL },
      },
    },
    {
      name: "resolvable",
      comment: "the imported file or package does not exist",
      severity: "error",
      from: { pathNot: BENCH },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    parser: "swc",
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(dist|lib|labextension)/" },
    moduleSystems: ["es6", "cjs"],
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["defnote-source", "import", "node", "default", "types"],
      extensions: [".ts", ".js", ".mjs", ".json", ".d.ts"],
      mainFields: ["module", "main", "types"],
    },
  },
}
