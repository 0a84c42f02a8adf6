import { ShoalError } from '../../base/errors.ts'
import type { RtcFactory } from './rtc.ts'
import { createStandardRtc } from './standard-rtc.ts'

/** The browser's own WebRTC. Rejects with `unsupported` in a worker, where there is none: give the session one that its page lends. */
export async function openRtc(_options: { host?: string | undefined }): Promise<RtcFactory> {
  if (typeof RTCPeerConnection === 'undefined')
    throw new ShoalError('unsupported', 'WebRTC is off: this worker or browser has no RTCPeerConnection')
  return createStandardRtc(config => new RTCPeerConnection(config))
}
