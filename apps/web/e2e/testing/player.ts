/**
 * Players of films on a page. A film plays only once its bytes are there, so nothing here waits for
 * it: tests look where it is.
 */
import type { Locator } from 'playwright-core'

/** Starts the film, also where the browser does not let a page begin by itself. */
export async function startPlaying(video: Locator): Promise<void> {
  await video.evaluate((player: HTMLVideoElement) => {
    player.muted = true
    // The promise of `play` does not settle as long as bytes are missing.
    void player.play().catch(() => {})
  })
}

/** Has the player go to a position, in seconds. */
export async function seekTo(video: Locator, seconds: number): Promise<void> {
  await video.evaluate((player: HTMLVideoElement, to) => {
    player.currentTime = to
  }, seconds)
}

/** The position in the film, in seconds; -1 while the picture there is missing. */
export function shownAt(video: Locator): Promise<number> {
  return video.evaluate(({ currentTime, seeking, readyState }: HTMLVideoElement) =>
    seeking || readyState < HTMLMediaElement.HAVE_CURRENT_DATA ? -1 : currentTime,
  )
}
