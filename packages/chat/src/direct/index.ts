/** Messages directly between devices. */
export { channelOf } from './connection-channel.ts'
export { DirectRooms } from './direct-rooms.ts'
export { DirectSignals, type SignalDevices, type SignalNews, type SignalOrder } from './direct-signals.ts'
export type { DirectChannel } from './session.ts'
export { encodeSignal } from './signal.ts'
export { SignaledDevices } from './signaled-devices.ts'
