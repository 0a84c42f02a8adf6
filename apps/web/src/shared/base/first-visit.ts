const KEY = 'shoal.welcomed'

/** An empty node that this browser has not been shown round yet. */
export function sendsToWelcome(torrents: number): boolean {
  return torrents === 0 && localStorage.getItem(KEY) === null
}

export function markWelcomed(): void {
  localStorage.setItem(KEY, 'yes')
}
