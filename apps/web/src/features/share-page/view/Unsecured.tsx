import { Notice } from '../../../shared/controls/Panels.tsx'
import { formatBytes } from '../../../shared/format/format.ts'
import { texts } from '../../../shared/messages/share-more.ts'
import { MOST_IN_MEMORY_BYTES } from '../save/through-memory.ts'
import type { ShareFile } from '../share-file.ts'

interface Props {
  readonly files: readonly ShareFile[]
  readonly isSealed: boolean
}

/**
 * Says, before anything is downloaded, what is impossible if the page cannot store anything, and
 * what to do instead.
 */
export default function Unsecured({ files, isSealed }: Props) {
  const larger = files.filter(({ lengthBytes }) => lengthBytes > MOST_IN_MEMORY_BYTES).length
  return (
    <Notice tone="warn">
      <p>{texts.host.unsecured({ most: formatBytes(MOST_IN_MEMORY_BYTES) })}</p>
      {larger > 0 && <p>{texts.host.larger({ count: larger })}</p>}
      {isSealed && <p>{texts.host.sealed}</p>}
      <p>{texts.host.ways}</p>
    </Notice>
  )
}
