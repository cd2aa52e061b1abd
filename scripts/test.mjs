/** @file `npm test`: installs what is missing and runs every stage. See --help. */
import { installPackages } from "./npm-packages.mjs"
import { preparePython } from "./python.mjs"
import { main, SetupError, seconds, step } from "./report.mjs"

const HELP = `npm test [-- OPTIONS]

  --only STAGE   this stage alone (several: --only unit,kernel)
  --full         every sample and every dtype; minutes become an hour (npm run test:full)
  --help         this text

Stages: check build unit conformance kernel notebooks browser. The last line has the sums.`

await main(test)

async function test() {
  const options = parseOptions(process.argv.slice(2))
  if (options.help) return console.log(HELP)
  await Promise.all([
    installPackages({ tests: true }),
    preparePython(["requirements.txt", "requirements-test.txt"]),
  ])
  const { stages } = await import("./test/stages.mjs") // after the installation: it imports packages
  const all = stages(options)
  const unknown = options.only.filter((name) => !all.some((stage) => stage.name === name))
  if (unknown.length > 0) {
    throw new SetupError(`there is no stage ${unknown.join(", ")}`, "see npm test -- --help")
  }
  const chosen = all.filter(({ name }) => options.only.length === 0 || options.only.includes(name))
  const results = []
  for (const stage of chosen) results.push(await runStage(stage))
  await summarize(results)
}

function parseOptions(words) {
  const options = { only: [], full: false, help: false }
  const rest = words.flatMap((word) => word.split(/=(.*)/s, 2))
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === "--only") options.only = (rest.shift() ?? "").split(",")
    else if (word === "--full") options.full = true
    else if (word === "--help" || word === "-h") options.help = true
    else throw new SetupError(`${word} is not an option`, "see npm test -- --help")
  }
  return options
}

/** A stage that breaks is one failure; the stages after it run all the same. */
async function runStage({ name, run }) {
  step(`=== ${name}`)
  const start = seconds()
  const counts = await run().catch((error) => {
    console.error(error.detail ? `${error.detail}\n${error.message}` : error.message)
    return { passed: 0, failed: 1, skipped: 0 }
  })
  return { name, counts, took: seconds() - start }
}

async function summarize(results) {
  const { sumOf } = await import("./test/counts.mjs")
  console.log("")
  for (const { name, counts, took } of results) {
    console.log(`${name.padEnd(12)} ${`${took.toFixed(1)} s`.padStart(8)}  ${inWords(counts)}`)
  }
  const sum = sumOf(results.map(({ counts }) => counts ?? { passed: 0, failed: 0, skipped: 0 }))
  console.log(`\nin ${(seconds() / 60).toFixed(1)} minutes\n`)
  console.log(
    `${sum.passed} passed, ${sum.failed} failed${sum.skipped ? `, ${sum.skipped} skipped` : ""}`,
  )
  process.exitCode = sum.failed > 0 ? 1 : 0
}

function inWords(counts) {
  if (!counts) return "nothing to run yet"
  const { passed, failed, skipped } = counts
  if (passed + failed + skipped === 0) return "good"
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}
