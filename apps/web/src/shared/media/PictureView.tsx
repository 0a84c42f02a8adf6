import { useState } from 'react'
import { texts } from '../messages/viewing.ts'
import { Message } from './Message.tsx'
import styles from './media.module.css'
import type { ShownFile } from './shown-file.ts'

const say = texts.media

/** Shows a picture as large as possible; a click shows it in its original size. */
export default function PictureView({ file }: { readonly file: ShownFile }) {
  const [state, setState] = useState<'loading' | 'shown' | 'failed'>('loading')
  const [full, setFull] = useState(false)
  if (state === 'failed') return <Message title={say.cannotRead} help={say.cannotReadHelp} />
  return (
    <div className={full ? styles.pictureFull : styles.picture}>
      {state === 'loading' && <Message title={say.loading} busy />}
      <button
        type="button"
        className={styles.pictureButton}
        aria-pressed={full}
        onClick={() => setFull(!full)}
      >
        <img
          src={file.url}
          alt={file.name}
          hidden={state === 'loading'}
          onLoad={() => setState('shown')}
          onError={() => setState('failed')}
        />
      </button>
    </div>
  )
}
