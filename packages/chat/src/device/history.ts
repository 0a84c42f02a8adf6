/**
 * The history of one conversation: all messages opened or written by this device, its position in
 * the log, and pending requests of the user. Each change is a record of a journal. Records: CBOR
 * arrays that begin with their kind.
 */
import { type Cbor, decodeCbor, encodeCbor } from '@shoal/identity/signed-cbor'
import { hex, latin1 } from '@shoal/torrent/base'
import type { MessageId } from '../conversations/index.ts'
import { damaged } from './kept-messages.ts'
import { ChangeParts } from './large-entries.ts'
import { fromLatin1, MessageStore, type StoreGiven } from './message-store.ts'
import type { Journal, Place } from './ports.ts'
import { SignsOfLife } from './signs-of-life.ts'
import { Wishes } from './wishes.ts'

/** Settings of a conversation, on this device. */
export interface Settings {
  draft: string
  isMuted: boolean
  isAccepted: boolean
  isLeaving: boolean
  /** The name of the share whose room it is. */
  title: string
  /** Its info hashes, hexadecimal, with commas between them. Empty if unknown. */
  share: string
  /** The last read message. */
  readUpTo: MessageId | null
  /** The first two heads of the hub that contradict each other: CBOR `[head, head]`. */
  forked: Uint8Array | null
}

/** Most records before the journal is rewritten. */
const MAX_RECORDS = 1000
/** Bytes that count as another record. */
const LARGE_BYTES = 2048

/** Messages and wishes have other kinds. */
const KIND = { through: 3, setting: 4, device: 11 } as const

export class History {
  readonly #journal: Journal
  readonly messages: MessageStore
  readonly wishes: Wishes
  readonly signs: SignsOfLife
  readonly parts: ChangeParts
  /** Credentials of the authors, by the hashes of their devices in Latin-1. */
  readonly credentials = new Map<string, Uint8Array>()
  #through: Place | null = null
  /** Records since the journal was rewritten. */
  #records = 0
  readonly settings: Settings = {
    ...{ draft: '', isMuted: false, isAccepted: false, isLeaving: false, title: '', share: '' },
    ...{ readUpTo: null, forked: null },
  }

  private constructor(journal: Journal, given: StoreGiven) {
    this.#journal = journal
    this.messages = new MessageStore(given, record => this.#write(record))
    this.wishes = new Wishes(record => this.#write(record))
    this.signs = new SignsOfLife(record => this.#write(record))
    this.parts = new ChangeParts(record => this.#write(record))
  }

  /** Opens the history of a room. Throws `bad-argument` if it is damaged. */
  static async open(given: StoreGiven): Promise<History> {
    const journal = await given.openJournal(journalOf('history', given.room))
    const history = new History(journal, given)
    for await (const record of journal.read()) history.#apply(record)
    await history.messages.open()
    // It may have crashed between writing a page and rewriting the journal without its messages.
    await history.tidy()
    return history
  }

  /** Number of the last entry read. Null before the first. */
  get through(): Place | null {
    return this.#through
  }

  /**
   * Stores the credential of an author's device, which may leave before its messages are reported.
   */
  async keepDevice(device: Uint8Array, credential: Uint8Array): Promise<void> {
    if (this.credentials.has(latin1(device))) return
    await this.#write([KIND.device, device, credential])
    this.credentials.set(latin1(device), credential)
  }

  async readThrough(place: Place): Promise<void> {
    await this.#write(throughRecord(place))
    this.#through = place
  }

  async set(changes: Partial<Settings>): Promise<void> {
    await Promise.all(Object.entries(changes).map(each => this.#write(settingRecord(each))))
    Object.assign(this.settings, changes)
  }

  /**
   * Records that the person has read everything up to a message. Returns false if the message is
   * missing, or nothing changed.
   */
  async readUpTo(id: MessageId): Promise<boolean> {
    const { readUpTo } = this.settings
    const place = await this.messages.locate(id)
    const known = readUpTo && (await this.messages.locate(readUpTo))
    if (!place || (known && (place.list - known.list || place.at - known.at) <= 0)) return false
    await this.messages.recount(place)
    await this.set({ readUpTo: id })
    return true
  }

  /** Bounds the messages in memory, and the journal. Runs in turn with writers. */
  async tidy(): Promise<void> {
    const begin = () => this.#beginAnew()
    while (await this.messages.archive(this.settings.readUpTo, begin)) {}
    if (this.#records > MAX_RECORDS) await begin()
  }

  async #beginAnew(): Promise<void> {
    const devices = [...this.credentials].map(([device, bytes]) => [KIND.device, fromLatin1(device), bytes])
    const settings = Object.entries(this.settings).map(settingRecord)
    const through = this.#through ? [throughRecord(this.#through)] : []
    const records = [...this.messages.records, ...devices, ...settings, ...through]
    records.push(...this.wishes.records, ...this.signs.records, ...this.parts.records)
    await this.#journal.replace(records.map(encodeCbor))
    this.#records = 0
  }

  #write(record: Cbor): Promise<void> {
    const bytes = encodeCbor(record)
    this.#records += weightOf(bytes)
    return this.#journal.append(bytes)
  }

  #apply(record: Uint8Array): void {
    this.#records += weightOf(record)
    const value = decodeCbor(record)
    if (!Array.isArray(value)) throw damaged()
    const [kind, ...rest] = value
    const members = rest as never[]
    if (kind === KIND.device) this.credentials.set(latin1(members[0]!), members[1]!)
    else if (kind === KIND.through) this.#through = { sequence: members[0]!, hash: members[1]! }
    else if (kind === KIND.setting) this.#set(members[0]!, members[1]!)
    else if (
      !this.messages.apply(kind, members) &&
      !this.wishes.apply(kind as number, members) &&
      !this.signs.apply(kind as number, members) &&
      !this.parts.apply(kind as number, members)
    )
      throw damaged()
  }

  #set(name: keyof Settings, value: Cbor): void {
    const before = this.settings[name]
    Object.assign(this.settings, { [name]: typeof before === 'boolean' ? value === 1 : value })
  }
}

/** Parts of changes and welcomes are large, and short-lived. */
function weightOf({ length }: Uint8Array): number {
  return 1 + Math.floor(length / LARGE_BYTES)
}

/** Returns the name of a journal of a room. */
export function journalOf(kind: 'history' | 'keys', room: Uint8Array): string {
  return `${kind}-${hex(room)}`
}

function throughRecord({ sequence, hash }: Place): Cbor {
  return [KIND.through, sequence, hash]
}

function settingRecord([name, value]: [string, boolean | string | Uint8Array | null]): Cbor {
  return [KIND.setting, name, typeof value === 'boolean' ? Number(value) : value]
}
