/** @file The worker that lays out large graphs, so that a hostile one cannot hang the page (D8.4). */
import { answerLayouts, type WorkerInput } from "@defnote/graph-view"

const answer = answerLayouts((output) => postMessage(output))
addEventListener("message", (event: MessageEvent<WorkerInput>) => answer(event.data))
