import { useEffect, useState } from 'react'
import { buttonClass } from '../controls/Button.tsx'
import { Icon } from '../controls/Icon.tsx'
import { texts } from '../messages/sealing.ts'

const FILE_NAME = 'identity.age'

interface Props {
  readonly file: Uint8Array<ArrayBuffer>
  readonly variant?: 'primary' | 'plain'
  onSave?(): void
}

/** Saves a key file on the device. */
export function SaveKey({ file, variant = 'primary', onSave }: Props) {
  const [url, setUrl] = useState<string>()
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([file]))
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [file])
  return (
    <a className={buttonClass(variant)} href={url} download={FILE_NAME} onClick={onSave}>
      <Icon name="save" size={18} />
      {texts.yourKey.save({ name: FILE_NAME })}
    </a>
  )
}
