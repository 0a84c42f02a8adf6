import { RateMeter } from '../base/rate-meter.ts'

/** Payload that went up and down, over the life of a torrent and lately. */
export class Totals {
  readonly download = new RateMeter()
  readonly upload = new RateMeter()
  downloadedBytes: number
  uploadedBytes: number

  constructor(
    before: { downloadedBytes: number; uploadedBytes: number } = { downloadedBytes: 0, uploadedBytes: 0 },
  ) {
    this.downloadedBytes = before.downloadedBytes
    this.uploadedBytes = before.uploadedBytes
  }

  add(downloaded: number, uploaded: number, nowMs: number): void {
    if (downloaded > 0) {
      this.downloadedBytes += downloaded
      this.download.add(downloaded, nowMs)
    }
    if (uploaded > 0) {
      this.uploadedBytes += uploaded
      this.upload.add(uploaded, nowMs)
    }
  }
}
