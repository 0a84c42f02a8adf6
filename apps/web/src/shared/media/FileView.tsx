import { lazy, type ReactNode } from 'react'
import type { ShownFile } from './shown-file.ts'

const Player = lazy(() => import('./Player.tsx'))
const PictureView = lazy(() => import('./PictureView.tsx'))
const TextView = lazy(() => import('./TextView.tsx'))

interface Props {
  readonly file: ShownFile
  /** All files of the torrent, among which subtitles are found. */
  readonly files: readonly ShownFile[]
  /** For other players; absent if only this page can read the file. */
  readonly playlistUrl?: string
  /** Called when an audio file has ended. */
  onEnded?(): void
  /** Shown for a file without a viewer. */
  readonly children?: ReactNode
}

/** Shows a file with the viewer for its kind, which is loaded on demand. */
export function FileView({ file, files, playlistUrl, onEnded, children }: Props) {
  const playlist = playlistUrl === undefined ? {} : { playlistUrl }
  switch (file.kind) {
    case 'video':
      return <Player file={file} files={files} {...playlist} />
    case 'audio':
      return <Player file={file} files={files} {...playlist} {...(onEnded && { onEnded })} />
    case 'picture':
      return <PictureView file={file} />
    case 'text':
    case 'markdown':
      return <TextView file={file} isMarkdown={file.kind === 'markdown'} />
    default:
      return children
  }
}
