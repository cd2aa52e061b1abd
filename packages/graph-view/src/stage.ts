/** @file The pointer on the stage: drag pans, wheel pans once focused, pinch zooms, click and double click. */
import type { Lifetime } from "./dom.ts"

/** What the pointer means; coordinates are px of the stage. */
export interface StageEvents {
  pan(dx: number, dy: number): void
  zoom(x: number, y: number, factor: number): void
  point(x: number, y: number): void
  leave(): void
  click(x: number, y: number): void
  doubleClick(x: number, y: number): void
}

/** A pointer that moved less than this is a click. */
const CLICK = 3

/** Listens on a stage until `life` ends. */
export function listenToPointer(stage: HTMLElement, life: Lifetime, events: StageEvents): void {
  const place = (event: MouseEvent) => {
    const box = stage.getBoundingClientRect()
    return [event.clientX - box.left, event.clientY - box.top] as const
  }
  listenToDrag(stage, life, events, place)
  life.listen(stage, "dblclick", (event) => events.doubleClick(...place(event)))
  life.listen(stage, "pointerleave", () => events.leave())
  life.listen(stage, "wheel", (event) => onWheel(stage, event, events, place(event)), {
    passive: false,
  })
}

function listenToDrag(
  stage: HTMLElement,
  life: Lifetime,
  events: StageEvents,
  place: (event: MouseEvent) => readonly [number, number],
): void {
  let drag: { x: number; y: number; moved: number } | null = null
  life.listen(stage, "pointerdown", (event) => {
    if (event.button !== 0) return
    drag = { x: event.clientX, y: event.clientY, moved: 0 }
    stage.setPointerCapture(event.pointerId)
  })
  life.listen(stage, "pointermove", (event) => {
    if (!drag) {
      events.point(...place(event))
      return
    }
    const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y]
    drag.moved += Math.hypot(dx, dy)
    if (drag.moved <= CLICK) return
    drag.x = event.clientX
    drag.y = event.clientY
    events.pan(dx, dy)
  })
  life.listen(stage, "pointerup", (event) => {
    const click = drag !== null && drag.moved <= CLICK
    drag = null
    if (click) events.click(...place(event))
  })
  life.listen(stage, "pointercancel", () => {
    drag = null
  })
}

/** The notebook scrolls until the view has focus; Ctrl and pinch zoom at the pointer. */
function onWheel(
  stage: HTMLElement,
  event: WheelEvent,
  events: StageEvents,
  [x, y]: readonly [number, number],
): void {
  const zoom = event.ctrlKey || event.metaKey
  if (!zoom && !stage.contains(document.activeElement)) return
  event.preventDefault()
  event.stopPropagation()
  const px = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1
  if (zoom) events.zoom(x, y, Math.exp((-event.deltaY * px) / 300))
  else if (event.shiftKey && !event.deltaX) events.pan(-event.deltaY * px, 0)
  else events.pan(-event.deltaX * px, -event.deltaY * px)
}
