import type { OwnProfile } from '@shoal/api'
import { useState } from 'react'
import { Link } from 'wouter'
import { useWork } from '../../shared/base/use-work.ts'
import { Button, buttonClass } from '../../shared/controls/Button.tsx'
import { TextField } from '../../shared/controls/Field.tsx'
import { FormDialog } from '../../shared/controls/FormDialog.tsx'
import layout from '../../shared/controls/layout.module.css'
import { Card } from '../../shared/controls/Panels.tsx'
import { PictureButton } from '../../shared/controls/PictureButton.tsx'
import { notifyError } from '../../shared/controls/toasts.ts'
import { controls } from '../../shared/messages/controls.ts'
import { texts } from '../../shared/messages/texts.ts'
import { useAsked, useNode } from '../../shared/node/context.tsx'
import styles from './people.module.css'
import { scalePicture } from './scale-picture.ts'

const t = texts.pages.people.profile

/** Name and picture that contacts see. */
export function ProfileCard() {
  const { api } = useNode()
  const { value: profile } = useAsked(api => api.getProfile({}), [])
  const { isBusy, run } = useWork()
  const [isNaming, setNaming] = useState(false)
  if (!profile) return null
  const set = (changes: Parameters<typeof api.setProfile>[0]) =>
    run(async () => {
      await api.setProfile(changes).catch(notifyError)
    })
  const choose = (chosen: File) =>
    run(async () => {
      const picture = await scalePicture(chosen).catch(() => null)
      if (picture === null) return notifyError(new Error(t.unreadable({ file: chosen.name })))
      await api.setProfile({ picture }).catch(notifyError)
    })
  const canSign = profile.problem !== 'no-devices' && profile.problem !== 'not-a-device'
  return (
    <Card title={t.title} className={layout.stack2}>
      <div className={layout.row3}>
        {profile.picture && <img className={styles.picture} src={profile.picture} alt={t.pictureAlt} />}
        <span className={`${layout.grow} ${layout.break}`}>{profile.name ?? t.noName}</span>
      </div>
      <Problem profile={profile} />
      {!canSign && (
        <div>
          <Link href="/settings/devices" className={buttonClass('plain', 'small')}>
            {t.toDevices}
          </Link>
        </div>
      )}
      {canSign && (
        <div className={layout.wrap2}>
          <Button size="small" disabled={isBusy} onClick={() => setNaming(true)}>
            {t.changeName}
          </Button>
          <PictureButton label={t.choosePicture} disabled={isBusy} onFile={choose} />
          {profile.picture && (
            <Button size="small" disabled={isBusy} onClick={() => set({ picture: null })}>
              {t.removePicture}
            </Button>
          )}
        </div>
      )}
      {isNaming && (
        <FormDialog
          title={t.changeName}
          confirm={controls.save}
          onSubmit={form => {
            setNaming(false)
            set({ name: String(form.get('name')).trim() || null })
          }}
          onClose={() => setNaming(false)}
        >
          <TextField
            label={t.name}
            hint={t.nameHint}
            name="name"
            defaultValue={profile.name ?? ''}
            maxLength={64}
          />
        </FormDialog>
      )}
    </Card>
  )
}

function Problem({ profile: { problem } }: { readonly profile: OwnProfile }) {
  return <p className={layout.soft}>{problem === null ? t.intro : t.problems[problem]}</p>
}
