/**
 * Connects the chat by WebRTC with devices met at hubs, such as browsers with the chat app. The
 * chat thread has the other half: see `DirectSignals`.
 */
import type { SignalDevices, SignaledDevices, SignalNews } from '@shoal/chat/direct'
import type { SignaledPeers } from '@shoal/network/signaled-peers'
import { type Clock, type IceServer, parseIceServer } from '@shoal/torrent'
import type { Random } from '@shoal/torrent/base'
import type { RunningChat } from './running-chat.ts'

export interface SignaledChatOptions {
  readonly clock: Clock
  readonly random: Random
  /** Whether the node uses WebRTC. */
  isAllowed(): boolean
  /** STUN and TURN servers, as in the settings. */
  iceServers(): readonly string[]
  openPeers(iceServers: () => readonly IceServer[]): Promise<SignaledPeers>
}

type Chat = Pick<RunningChat, 'connect' | 'signal'>

export class SignaledChat {
  readonly #options: SignaledChatOptions
  #chat: Chat | null = null
  #devices: SignaledDevices | null = null
  /** The devices that the chat reported last. */
  #told: SignalDevices | null = null
  #turn: Promise<void> = Promise.resolve()

  constructor(options: SignaledChatOptions) {
    this.#options = options
  }

  /** Exchanges messages of this chat from now on; null stops that. */
  use(chat: Chat | null): void {
    if (chat === this.#chat) return
    this.#chat = chat
    if (chat === null) this.#told = null
    this.#devices?.close()
    this.#devices = null
    this.update()
  }

  /** Handles news from the chat, also before `use`. */
  receive(news: SignalNews): void {
    if (news.kind === 'devices') this.#told = news
    this.#devices?.receive(news)
  }

  /** Call it when settings may have changed. */
  update(): void {
    this.#turn = this.#turn.then(() => this.#update()).catch(() => {})
  }

  async #update(): Promise<void> {
    const chat = this.#options.isAllowed() ? this.#chat : null
    if ((chat !== null) === (this.#devices !== null)) return
    if (!chat) {
      this.#devices?.close()
      this.#devices = null
      return
    }
    const { clock, random, iceServers, openPeers } = this.#options
    const { SignaledDevices } = await import('@shoal/chat/direct')
    const given = () => iceServers().map(parseIceServer)
    const peers = await openPeers(() => [...given(), ...devices.iceServers])
    const devices = new SignaledDevices({
      ...{ peers, clock, random },
      rooms: chat,
      send: order => chat.signal(order),
    })
    if (chat !== this.#chat) return devices.close()
    this.#devices = devices
    if (this.#told) devices.receive(this.#told)
  }
}
