/** @file `audio`: a tensor as a sound with its waveform, playable in the notebook. */
import {
  checkOptions,
  formatType,
  isConcrete,
  isTensor,
  OptionError,
  optionNames,
  type Tensor,
} from "@defnote/core"
import {
  type AudioDoc,
  audioSvg,
  bytesToBase64,
  duration,
  floatsToBase64,
  formatCount,
  formatNumber,
  MIME,
  formatType as typeText,
  versionOf,
} from "@defnote/display"
import { valuesOf } from "@defnote/display/document"
import { Output } from "./output.ts"

/** Options of {@link audio}. */
export interface AudioOptions {
  /** Samples per second, in Hz. */
  readonly sampleRate: number
  /** Stands above the waveform. */
  readonly title?: string
  /** Makes the largest sample 1; without it floats are from −1 to 1, integers over their range. */
  readonly normalize?: boolean
}
const AUDIO = optionNames<AudioOptions>({ sampleRate: true, title: true, normalize: true })

/** Bytes of sound in an output, and the rate below which it is cut rather than thinned further. */
const BYTES = 600_000
const LOWEST_RATE = 8000
/** Columns of the waveform. */
const COLUMNS = 600
/** What browsers play. */
const RATES = [1, 384_000] as const

/** The samples of a tensor by channel and time. */
interface Sound {
  readonly channels: number
  readonly samples: number
  at(channel: number, i: number): number
}

/**
 * A tensor as a sound: its waveform, and a player. A long sound is played at a lower rate, and says so.
 * @param x - `[samples]`, or with one or two channels `[samples, channels]` or `[channels, samples]`
 * @throws OptionError for another shape, no samples, and a rate that is no number of Hz
 * @example audio(arange(8000).multiply(0.345).sin(), { sampleRate: 8000 })
 */
export function audio(x: Tensor, options: AudioOptions): Output {
  if (!isTensor(x) || !isConcrete(x))
    throw new OptionError("audio: takes a tensor with values, as [samples] or with two channels")
  checkOptions("audio", options ?? {}, AUDIO)
  const rate = options?.sampleRate
  if (!(Number.isFinite(rate) && rate >= RATES[0] && rate <= RATES[1]))
    throw new OptionError(
      `audio: sampleRate is ${rate}; it must be samples per second, from ${RATES[0]} to ${RATES[1]} Hz`,
    )
  const sound = soundOf(x, options.normalize === true)
  return new Output(() => {
    const doc = documentOf(x, sound, options)
    return { [MIME.audio]: doc, "image/svg+xml": audioSvg(doc), "text/plain": doc.text }
  })
}

/** @throws OptionError when the shape is that of no sound */
function soundOf(x: Tensor, normalize: boolean): Sound {
  const [first, second] = x.shape
  const isFew = (n: number) => n === 1 || n === 2
  const lead = x.rank === 2 && isFew(first)
  if (!(x.rank === 1 || lead || (x.rank === 2 && isFew(second))) || x.size === 0)
    throw new OptionError(
      `audio: ${formatType(x.type)} is no sound; it must be [samples], [samples, channels] or [channels, samples] with 1 or 2 channels`,
    )
  const channels = x.rank === 1 ? 1 : lead ? first : second
  const samples = x.size / channels
  const values = valuesOf(x)
  const scale = normalize ? largest(values) : fullScale(x.dtype)
  const zero = x.dtype === "u8" && !normalize ? 128 : 0
  const [step, apart] = lead ? [1, samples] : [channels, 1]
  const at = (c: number, i: number) => (values[c * apart + i * step] - zero) / scale
  return { channels, samples, at }
}

/** The number that is 1, by dtype: `i16` samples go from −32768 to 32767. */
const fullScale = (dtype: string): number =>
  dtype === "u8" ? 128 : /^i(8|16|32)$/.test(dtype) ? 2 ** (Number(dtype.slice(1)) - 1) : 1

function largest(values: ArrayLike<number>): number {
  let most = 0
  for (let i = 0; i < values.length; i++)
    if (Number.isFinite(values[i])) most = Math.max(most, Math.abs(values[i]))
  return most || 1
}

function documentOf(x: Tensor, sound: Sound, { sampleRate, title }: AudioOptions): AudioDoc {
  const { channels, samples } = sound
  const columns = Math.min(COLUMNS, samples)
  const { low, high, broken, beyond } = waveformOf(sound, columns)
  const played = playedOf(sound, sampleRate)
  const all = formatCount(channels * samples)
  const notes = [
    broken ? `NaN or infinite in ${formatCount(broken)} of ${all} samples: silent there.` : "",
    beyond
      ? `Beyond ±1 in ${formatCount(beyond)} of ${all} samples: clipped there; {normalize: true} makes the largest 1.`
      : "",
    ...played.notes,
  ].filter(Boolean)
  const kind = channels === 2 ? "stereo" : "mono"
  const length = duration((1000 * samples) / sampleRate)
  const about = `audio ${typeText(x.dtype, x.shape, x.names)}, ${length}, ${sampleRate} Hz, ${kind}`
  return {
    schema: versionOf("audio"),
    strings: [],
    sources: [],
    locs: [],
    ...(title ? { title } : {}),
    dtype: x.dtype,
    shape: x.shape,
    sampleRate,
    samples,
    channels,
    columns,
    low: floatsToBase64(low),
    high: floatsToBase64(high),
    sound: bytesToBase64(new Uint8Array(played.sound.buffer)),
    playedRate: played.rate,
    notes,
    text: [title ? `${title}: ${about}` : about, ...notes].join("\n"),
  }
}

/** The extremes of the samples in each column, clipped to ±1; what is not finite counts as 0. */
function waveformOf({ channels, samples, at }: Sound, columns: number) {
  const [low, high] = [new Float32Array(channels * columns), new Float32Array(channels * columns)]
  let [broken, beyond] = [0, 0]
  for (let c = 0; c < channels; c++) {
    for (let k = 0; k < columns; k++) {
      let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
      const end = Math.floor(((k + 1) * samples) / columns)
      for (let i = Math.floor((k * samples) / columns); i < end; i++) {
        const raw = at(c, i)
        if (!Number.isFinite(raw)) broken++
        else if (Math.abs(raw) > 1) beyond++
        const value = clipped(raw)
        min = Math.min(min, value)
        max = Math.max(max, value)
      }
      low[c * columns + k] = min
      high[c * columns + k] = max
    }
  }
  return { low, high, broken, beyond }
}

const clipped = (value: number): number =>
  Number.isFinite(value) ? Math.max(-1, Math.min(1, value)) : 0

/** 16-bit samples that fit an output: every sample, else means of some, else those of the beginning. */
function playedOf({ channels, samples, at }: Sound, sampleRate: number) {
  const room = Math.floor(BYTES / 2 / channels)
  const most = Math.max(1, Math.floor(sampleRate / LOWEST_RATE))
  const every = Math.min(most, Math.ceil(samples / room))
  const frames = Math.min(room, Math.ceil(samples / every))
  const sound = new Int16Array(frames * channels)
  for (let f = 0; f < frames; f++) {
    for (let c = 0; c < channels; c++) {
      let [sum, n] = [0, 0]
      for (let i = f * every; i < Math.min(samples, (f + 1) * every); i++, n++)
        sum += clipped(at(c, i))
      sound[f * channels + c] = Math.round((sum / n) * 32767)
    }
  }
  const rate = sampleRate / every
  const notes = [
    every > 1
      ? `Played at ${formatNumber(rate)} Hz: the whole sound is too long for an output.`
      : "",
    frames * every < samples
      ? `Only the first ${duration((1000 * frames) / rate)} are played: the rest is too long for an output.`
      : "",
  ]
  return { sound, rate, notes }
}
