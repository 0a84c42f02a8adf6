import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { buttonClass } from '../controls/Button.tsx'
import layout from '../controls/layout.module.css'
import { formatPercent } from '../format/format.ts'
import { texts } from '../messages/viewing.ts'
import { Message } from './Message.tsx'
import styles from './media.module.css'
import { actOnPlayer, playerKeyOf, SPEEDS } from './player-keys.ts'
import type { ShownFile } from './shown-file.ts'
import { useSubtitles } from './useSubtitles.ts'

const say = texts.media

export interface PlayerProps {
  readonly file: ShownFile
  /** The other files of the torrent, among which subtitles are found. */
  readonly files: readonly ShownFile[]
  /** For other players; absent if only this page can read the file. */
  readonly playlistUrl?: string
  onEnded?: () => void
}

/** Plays a file while it downloads: the pieces that the browser requests are downloaded first. */
export default function Player({ file, files, playlistUrl, onEnded }: PlayerProps) {
  const player = useRef<HTMLVideoElement>(null)
  const [state, setState] = useState<'waiting' | 'ready' | 'failed'>('waiting')
  const [speed, setSpeed] = useState(1)
  const failedSubtitles = useSubtitles(player, file, files)
  useEffect(() => {
    if (player.current) player.current.playbackRate = speed
  }, [speed])
  useStopOnLeave(player, file.url)
  if (state === 'failed')
    return <CannotPlay file={file} {...(playlistUrl !== undefined && { playlistUrl })} />
  const Tag = file.kind === 'audio' ? 'audio' : 'video'
  const keyDown = (event: KeyboardEvent<HTMLElement>) => {
    const key = playerKeyOf(event)
    if (!key || !player.current || event.target instanceof HTMLSelectElement) return
    event.preventDefault()
    actOnPlayer(player.current, key, setSpeed)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys work wherever the focus is in the player
    <div className={styles.player} onKeyDown={keyDown}>
      <div className={file.kind === 'audio' ? styles.audio : styles.video}>
        {file.kind === 'audio' && <p className={styles.audioName}>{file.name}</p>}
        <Tag
          ref={player}
          src={file.url}
          controls
          autoPlay
          // The node serves ranges: only the played part, and a little ahead, is requested.
          preload="metadata"
          aria-label={file.name}
          onWaiting={() => setState('waiting')}
          onSeeking={() => setState('waiting')}
          onSeeked={() => setState('ready')}
          onPlaying={() => setState('ready')}
          onCanPlay={() => setState('ready')}
          onPause={() => setState('ready')}
          onTimeUpdate={({ currentTarget }) => !currentTarget.seeking && setState('ready')}
          onError={() => setState('failed')}
          {...(onEnded ? { onEnded } : {})}
        />
        {state === 'waiting' && (
          <div className={`${layout.row2} ${styles.buffering}`} role="status">
            <span className={layout.spinner} aria-hidden="true" />
            {say.buffering}
          </div>
        )}
      </div>
      <div className={`${layout.wrap2} ${layout.soft} ${styles.playerBar}`}>
        <label>
          {say.speed}
          <select value={speed} onChange={event => setSpeed(Number(event.target.value))}>
            {SPEEDS.map(each => (
              <option key={each} value={each}>
                {each === 1 ? say.normalSpeed : say.speedOf({ speed: each })}
              </option>
            ))}
          </select>
        </label>
        {file.haveBytes < file.lengthBytes && (
          <span>{say.here({ percent: formatPercent(file.haveBytes / file.lengthBytes) })}</span>
        )}
        {failedSubtitles.map(name => (
          <span key={name}>{say.noSubtitles({ name })}</span>
        ))}
        <span className={styles.keys}>{say.keys}</span>
      </div>
    </div>
  )
}

/** Stops the download when the player is removed from the page. */
function useStopOnLeave(player: { readonly current: HTMLMediaElement | null }, url: string): void {
  useEffect(() => {
    const element = player.current
    // Strict mode unmounts and mounts again at once.
    if (element && !element.hasAttribute('src')) element.src = url
    return () => {
      element?.pause()
      element?.removeAttribute('src')
      element?.load()
    }
  }, [player, url])
}

function CannotPlay({ file, playlistUrl }: { readonly file: ShownFile; readonly playlistUrl?: string }) {
  return (
    <Message title={say.cannotPlay} help={say.cannotPlayHelp}>
      {playlistUrl !== undefined && (
        <a className={buttonClass()} href={playlistUrl}>
          {say.playlist}
        </a>
      )}
      <a className={buttonClass()} href={file.url} download={file.name}>
        {say.download}
      </a>
    </Message>
  )
}
