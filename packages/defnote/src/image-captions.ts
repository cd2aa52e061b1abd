/** @file What stands below the images of a batch: captions, labels, predictions, and which are wrong. Knows no pixels. */
import { formatType, isConcrete, isTensor, OptionError, type Tensor } from "@defnote/core"
import { valuesOf } from "@defnote/display/document"

/** One class for each image: a tensor of rank 1, numbers, or words. */
export type ImageClasses = Tensor | readonly (number | string | bigint)[] | ArrayLike<number>

/** What is written below the images. */
export interface CaptionOptions {
  /** A text below each image. */
  readonly captions?: readonly string[]
  /** The true class of each image. */
  readonly labels?: ImageClasses
  /** The predicted class of each image; with `labels`, the wrong ones are marked. */
  readonly predictions?: ImageClasses
  /** Names of the classes: labels and predictions are indices into them. */
  readonly classes?: readonly string[]
}

/** The words below each image, in the order of the batch. */
export interface Captions {
  readonly captions?: readonly string[]
  readonly labels?: readonly string[]
  readonly predictions?: readonly string[]
}

/** @throws OptionError when there is not one for each image, or a class has no name */
export function captionsOf(options: CaptionOptions, count: number): Captions {
  const { captions, labels, predictions, classes } = options
  if (captions && (labels || predictions))
    throw new OptionError(
      "image: captions stand in place of labels and predictions; pass one of them",
    )
  if (captions && !Array.isArray(captions))
    throw new OptionError(`image: captions is ${typeof captions}; it must be a list of texts`)
  return {
    ...(captions ? { captions: sized(captions.map(String), "captions", count) } : {}),
    ...(labels ? { labels: wordsOf(labels, "labels", count, classes) } : {}),
    ...(predictions ? { predictions: wordsOf(predictions, "predictions", count, classes) } : {}),
  }
}

function wordsOf(
  classes: ImageClasses,
  what: string,
  count: number,
  names: readonly string[] | undefined,
): string[] {
  const words = sized(listOf(classes, what), what, count)
  if (!names) return words.map(String)
  return words.map((word) => {
    if (typeof word === "string" && names.includes(word)) return word
    const name = names[Number(word)]
    if (name === undefined)
      throw new OptionError(
        `image: ${what} has the class ${word}; there are ${names.length} names of classes`,
      )
    return String(name)
  })
}

function listOf(classes: ImageClasses, what: string): (number | string | bigint)[] {
  if (!isTensor(classes)) {
    if (Array.isArray(classes) || ArrayBuffer.isView(classes))
      return Array.from(classes as number[])
    throw new OptionError(`image: ${what} is ${typeof classes}; it must be a tensor or a list`)
  }
  if (classes.rank !== 1 || !isConcrete(classes))
    throw new OptionError(
      `image: ${what} is ${formatType(classes.type)}; it must have one class for each image: of scores take argMax(-1)`,
    )
  return Array.from(valuesOf(classes))
}

function sized<T>(list: readonly T[], what: string, count: number): readonly T[] {
  if (list.length !== count)
    throw new OptionError(
      `image: ${list.length} ${what} for ${count} ${count === 1 ? "image" : "images"}; there must be one for each`,
    )
  return list
}

/** `2 of 16 wrong: image 3 is 8, predicted 5; …`, or the captions one after the other; at most so many. */
export function captionText({ captions, labels, predictions }: Captions, most = 20): string {
  const some = (texts: readonly string[]) =>
    texts.slice(0, most).join("; ") + (texts.length > most ? "; …" : "")
  if (labels && predictions) {
    const wrong = [...labels.keys()].filter((i) => labels[i] !== predictions[i])
    const each = wrong.map((i) => `image ${i} is ${labels[i]}, predicted ${predictions[i]}`)
    return `${wrong.length} of ${labels.length} wrong${wrong.length ? `: ${some(each)}` : ""}`
  }
  if (captions) return `captions: ${some(captions)}`
  if (labels) return `labels: ${some(labels)}`
  return predictions ? `predictions: ${some(predictions)}` : ""
}
