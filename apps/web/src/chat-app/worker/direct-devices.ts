/** Connections of this browser to devices of contacts, through the WebRTC of its page. */
import type { ChatDevice } from '@shoal/chat/device'
import { type DirectRooms, DirectSignals, SignaledDevices } from '@shoal/chat/direct'
import type { OwnDevice } from '@shoal/chat/groups'
import { SignaledPeers } from '@shoal/network/signaled-peers'
import type { Clock, RtcFactory } from '@shoal/torrent'
import type { Random } from '@shoal/torrent/base'

export interface DirectDevicesOptions {
  readonly chat: ChatDevice
  readonly rooms: DirectRooms
  readonly device: OwnDevice
  /** The hash of this device. */
  readonly own: Uint8Array
  /** See `DirectSignals`. */
  stun(): readonly string[] | null
  readonly clock: Clock
  readonly random: Random
}

export class DirectDevices {
  readonly #options: DirectDevicesOptions
  #rtc: RtcFactory | null = null
  #isAllowed = false
  #devices: SignaledDevices | null = null
  /** Null while nothing is connected. */
  signals: DirectSignals | null = null

  constructor(options: DirectDevicesOptions) {
    this.#options = options
  }

  set rtc(rtc: RtcFactory) {
    this.#rtc = rtc
    this.#update()
  }

  /** Whether direct connections are allowed. They reveal the address of this browser. */
  set isAllowed(isAllowed: boolean) {
    this.#isAllowed = isAllowed
    this.#update()
  }

  #update(): void {
    const rtc = this.#isAllowed ? this.#rtc : null
    if ((rtc !== null) === (this.#devices !== null)) return
    this.signals?.close()
    this.#devices?.close()
    this.signals = null
    this.#devices = null
    if (!rtc) return
    const { chat, ...options } = this.#options
    const { clock, random } = options
    const config = () => ({ iceServers: devices.iceServers })
    const peers = new SignaledPeers({ clock, random, openRtc: async () => rtc, config })
    const signals = new DirectSignals({ ...options, tell: news => devices.receive(news) })
    const devices = new SignaledDevices({ ...options, peers, send: order => signals.send(order) })
    this.signals = signals
    this.#devices = devices
    signals.start(chat)
  }
}
