/**
 * The chat of this node: opens it as soon as possible, reopens it when the user's key or hubs
 * change, and retries after a failure.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { CallOptions, ChatEvent, Settings } from '@shoal/api'
import { describeFailure, Failure } from '@shoal/daemon/failure'
import { parseDidKey } from '@shoal/identity'
import { type DeviceHistory, didOf, encodeDevice, newestList } from '@shoal/identity/devices'
import { type Clock, equalBytes } from '@shoal/torrent/base'
import { SHOAL } from '../../base/program.ts'
import type { OwnPerson } from '../devices/service.ts'
import type { Hubs } from '../hubs/service.ts'
import type { Log } from '../kernel/log/log.ts'
import { CHAT_DATABASE } from './chat-journals.ts'
import type { ChatPeople } from './chat-people.ts'
import type { DirectPeers } from './direct-peers.ts'
import { RunningChat } from './running-chat.ts'
import type { SignaledChat } from './signaled-chat.ts'
import type { ChatSurroundings } from './thread/contract.ts'

/** Milliseconds until a failed chat is reopened, doubled with each failure. */
const AGAIN_MS = { least: 1000, most: 10 * 60_000 } as const

export interface OwnChatOptions {
  readonly dataDir: string
  readonly person: OwnPerson
  readonly hubs: Hubs
  readonly people: ChatPeople
  readonly direct: DirectPeers
  readonly signaled: SignaledChat
  readonly settings: () => Settings['chat']
  readonly publish: (event: ChatEvent) => void
  readonly clock: Clock
  readonly log: Pick<Log, 'warn'>
}

export class OwnChat {
  readonly #options: OwnChatOptions
  #chat: RunningChat | null = null
  /** Identifies the person, key and hubs of the open chat; null if none is open. */
  #identity: string | null = null
  #problem: Failure | null = null
  /** The last problem that was logged. */
  #logged: string | null = null
  #againMs: number = AGAIN_MS.least
  #openedMs = 0
  #cancelAgain = () => {}
  #isUsed: boolean
  #isClosed = false
  #turn: Promise<void> = Promise.resolve()

  constructor(options: OwnChatOptions) {
    this.#options = options
    this.#isUsed = existsSync(join(options.dataDir, CHAT_DATABASE))
  }

  /** Why the chat ended or cannot be opened, if that is a fault. */
  get problem(): string | null {
    return this.#problem && `the chat does not run: ${this.#problem.message}`
  }

  /** Opens, closes or reopens the chat if necessary, and passes it any changes. Never rejects. */
  update(): Promise<void> {
    this.#turn = this.#turn.then(() => this.#update())
    return this.#turn
  }

  /**
   * Runs an operation of the API. Opens the chat first if possible; otherwise rejects with a
   * Failure that gives the reason.
   */
  async operation(name: string, input: unknown, options?: CallOptions): Promise<unknown> {
    const isNew = !this.#isUsed
    this.#isUsed = true
    await (isNew ? this.update() : this.#turn)
    await this.retry()
    const obstacle = this.#obstacle() ?? this.#problem
    if (obstacle) throw obstacle
    if (!this.#chat) throw new Failure('unavailable', 'the chat is closed: try again in a moment')
    return this.#chat.operation(name, input, options)
  }

  /** Reopens the chat after a fault, such as a full disk. */
  async retry(): Promise<void> {
    if (this.#problem) await this.update()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.update()
  }

  #obstacle(): Failure | null {
    const { person, settings } = this.#options
    if (!settings().enabled)
      return new Failure('conflict', `the chat is switched off: ${SHOAL} settings set chat.enabled=true`, {
        field: 'chat.enabled',
      })
    if (!person.history || !person.device)
      return new Failure(
        'no-devices',
        `only a device of a person has a chat: ${SHOAL} devices add makes this node one`,
        { field: 'device' },
      )
    return null
  }

  get #wanted(): string | null {
    const { person, hubs, settings } = this.#options
    const { history, device } = person
    const urls = hubs.list().map(({ url }) => url)
    if (this.#isClosed || this.#obstacle() || !history || !device) return null
    if (urls.length === 0 && !this.#isUsed) return null
    const { list } = newestList(history)
    const description = Buffer.from(encodeDevice(device.device)).toString('hex')
    return JSON.stringify([
      didOf(list),
      Buffer.from(list.root).toString('hex'),
      description,
      urls,
      settings().direct,
    ])
  }

  get #surroundings(): ChatSurroundings {
    const { hubs, settings } = this.#options
    const { sendReadMarks, sendPresence } = settings()
    return {
      hubs: hubs.list().map(({ url, name, key, account }) => ({ url, name, account, key: parseDidKey(key) })),
      settings: { sendReadMarks, sendPresence },
    }
  }

  async #update(): Promise<void> {
    const wanted = this.#wanted
    if (wanted === this.#identity && !this.#problem) return this.#chat?.changed(this.#surroundings)
    await this.#shut()
    this.#identity = wanted
    this.#problem = null
    if (wanted === null) return
    try {
      this.#chat = await this.#start()
      this.#openedMs = this.#options.clock.nowMs()
      this.#logged = null
      this.#use(this.#chat)
    } catch (error) {
      this.#failed(error)
    }
    this.#options.publish({ type: 'chat', conversation: null, messages: null })
  }

  async #start(): Promise<RunningChat> {
    const { dataDir, person, hubs, people, publish, clock, log, settings, signaled } = this.#options
    const { history, device } = person
    if (!history || !device) throw new Failure('unavailable', 'the device list has just changed')
    const { publicKey } = device.signer
    const { seed } = device.signer.exportSecret()
    const start = {
      ...{ ...this.#surroundings, dataDir, did: didOf(newestList(history).list), lists: proofOf(history) },
      ...{ description: encodeDevice(device.device), messageKey: { publicKey, seed } },
      isDirect: settings().direct,
    }
    this.#isUsed = true
    return RunningChat.open(start, {
      ...{ hubs, people, publish },
      signaled: news => signaled.receive(news),
      warn: message => log.warn(`chat: ${message}`),
      ended: error => {
        // A chat that has worked for a while is soon reopened.
        if (clock.nowMs() - this.#openedMs > AGAIN_MS.most) this.#againMs = AGAIN_MS.least
        this.#failed(error)
        publish({ type: 'chat', conversation: null, messages: null })
      },
    })
  }

  /** Lets this chat connect to devices; null stops that. */
  #use(chat: RunningChat | null): void {
    this.#options.direct.use(chat)
    this.#options.signaled.use(chat)
  }

  /** Logs the reason and schedules a retry. */
  #failed(error: unknown): void {
    const { clock, log } = this.#options
    const { code, message } = describeFailure(error)
    this.#problem = new Failure(code, message, { cause: error })
    if (this.problem !== this.#logged) log.warn(this.problem!)
    this.#logged = this.problem
    this.#use(null)
    void this.#chat?.close()
    this.#cancelAgain = clock.after(this.#againMs, () => void this.retry())
    this.#againMs = Math.min(2 * this.#againMs, AGAIN_MS.most)
  }

  async #shut(): Promise<void> {
    this.#cancelAgain()
    this.#use(null)
    const chat = this.#chat
    this.#chat = null
    await chat?.close()
  }
}

/**
 * The lists that prove whose device this is: the last one signed by the person's own key, and all
 * later ones if another key signed the newest.
 */
function proofOf({ lists }: DeviceHistory) {
  const isOwn = ({ list }: (typeof lists)[number]) => equalBytes(list.root, list.person)
  return lists.slice(lists.findLastIndex(isOwn))
}
