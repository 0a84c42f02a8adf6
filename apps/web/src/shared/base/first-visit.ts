const KEY = 'shoal.welcomed'

/**
 * Whether to show the welcome page: the node has no torrents and this browser has not shown the
 * page yet.
 */
export function sendsToWelcome(torrents: number): boolean {
  return torrents === 0 && localStorage.getItem(KEY) === null
}

export function markWelcomed(): void {
  localStorage.setItem(KEY, 'yes')
}
