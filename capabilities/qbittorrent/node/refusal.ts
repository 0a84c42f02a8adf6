/**
 * An error with qBittorrent's own status: 400 wrong parameters, 404 unknown torrent, 409 not
 * possible, 415 not a torrent file.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}
