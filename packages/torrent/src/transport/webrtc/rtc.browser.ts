import { ShoalError } from '../../base/errors.ts'
import type { RtcFactory } from './rtc.ts'
import { createStandardRtc } from './standard-rtc.ts'

/**
 * The browser's WebRTC. Rejects with `unsupported` in a worker, which has none: give the session
 * the one of its page.
 */
export async function openRtc(_options: { host?: string | undefined }): Promise<RtcFactory> {
  if (typeof RTCPeerConnection === 'undefined')
    throw new ShoalError('unsupported', 'WebRTC is off: this worker or browser has no RTCPeerConnection')
  return createStandardRtc(config => new RTCPeerConnection(config))
}
