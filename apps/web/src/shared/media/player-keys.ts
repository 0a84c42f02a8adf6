export const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2] as const

/** Actions of keys, as in other players. Null for other keys. */
export type PlayerKey =
  | { readonly kind: 'play' | 'mute' | 'fullscreen' | 'subtitles' }
  | { readonly kind: 'seek'; readonly seconds: number }
  | { readonly kind: 'volume' | 'speed'; readonly step: number }

const KEYS: Record<string, PlayerKey> = {
  ' ': { kind: 'play' },
  k: { kind: 'play' },
  j: { kind: 'seek', seconds: -10 },
  l: { kind: 'seek', seconds: 10 },
  ArrowLeft: { kind: 'seek', seconds: -5 },
  ArrowRight: { kind: 'seek', seconds: 5 },
  ArrowUp: { kind: 'volume', step: 0.05 },
  ArrowDown: { kind: 'volume', step: -0.05 },
  '<': { kind: 'speed', step: -1 },
  '>': { kind: 'speed', step: 1 },
  m: { kind: 'mute' },
  f: { kind: 'fullscreen' },
  c: { kind: 'subtitles' },
}

export function playerKeyOf(event: { key: string; ctrlKey: boolean; metaKey: boolean; altKey: boolean }) {
  if (event.ctrlKey || event.metaKey || event.altKey) return null
  return KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key] ?? null
}

/** Returns the next faster or slower speed. */
export function nextSpeed(speed: number, step: number): number {
  const at = SPEEDS.findIndex(each => each >= speed)
  return SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, (at < 0 ? SPEEDS.length - 1 : at) + step))]!
}

/** Performs the action of a key. A new speed is passed to `setSpeed`, which also displays it. */
export function actOnPlayer(
  player: HTMLMediaElement,
  key: PlayerKey,
  setSpeed: (speed: number) => void,
): void {
  switch (key.kind) {
    case 'play':
      if (player.paused) void player.play().catch(() => {})
      else player.pause()
      break
    case 'seek':
      player.currentTime = Math.max(0, Math.min(player.duration || 0, player.currentTime + key.seconds))
      break
    case 'volume':
      player.volume = Math.max(0, Math.min(1, player.volume + key.step))
      break
    case 'speed':
      setSpeed(nextSpeed(player.playbackRate, key.step))
      break
    case 'mute':
      player.muted = !player.muted
      break
    case 'fullscreen':
      if (document.fullscreenElement) void document.exitFullscreen()
      else void player.requestFullscreen?.().catch(() => {})
      break
    case 'subtitles':
      showNextTrack(player)
  }
}

/** Shows the next subtitles, or none after the last. */
function showNextTrack({ textTracks }: HTMLMediaElement): void {
  const tracks = [...textTracks]
  const shown = tracks.findIndex(({ mode }) => mode === 'showing')
  for (const [index, track] of tracks.entries()) track.mode = index === shown + 1 ? 'showing' : 'disabled'
}
