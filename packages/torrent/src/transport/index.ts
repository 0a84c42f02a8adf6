/** Code that the transports of other packages share with those of the engine. */
export { openRtc } from '#rtc'
export { InputShare } from './input-budget.ts'
export { PeerSignaling, type RtcOffer } from './webrtc/peer-signaling.ts'
export { cleanSdp } from './webrtc/sdp.ts'
