import { roomSecretOf, type ShareLink } from '@shoal/links'
import { lazy, Suspense, useMemo, useState } from 'react'
import { Button } from '../../../shared/controls/Button.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { Card } from '../../../shared/controls/Panels.tsx'
import { texts } from '../../../shared/messages/share-room.ts'

/** Loaded when somebody opens the room: encryption, and the connection to the hub. */
const RoomView = lazy(() => import('./RoomView.tsx'))

/** The room of the share: whoever has the link talks there, with nothing installed. */
export default function Room({ link }: { readonly link: ShareLink }) {
  const [isOpen, setOpen] = useState(false)
  const { roomHub } = link
  const secret = useMemo(() => roomSecretOf(link), [link])
  if (roomHub === undefined || secret === null) return null
  return (
    <Card title={texts.title}>
      {isOpen ? (
        <Suspense fallback={<p className={layout.muted}>{texts.opening}</p>}>
          <RoomView hub={roomHub} secret={secret} />
        </Suspense>
      ) : (
        <div className={layout.stack2}>
          <p className={layout.muted}>{texts.hint({ hub: new URL(roomHub).host })}</p>
          <div>
            <Button onClick={() => setOpen(true)}>{texts.open}</Button>
          </div>
        </div>
      )}
    </Card>
  )
}
