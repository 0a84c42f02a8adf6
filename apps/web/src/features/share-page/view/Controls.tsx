import { Button } from '../../../shared/controls/Button.tsx'
import layout from '../../../shared/controls/layout.module.css'
import { Notice } from '../../../shared/controls/Panels.tsx'
import type { TorrentSnapshot } from '../../../shared/engine/protocol.ts'
import { formatBytes } from '../../../shared/format/format.ts'
import { texts } from '../../../shared/messages/share-page.ts'
import { useCell } from '../../../shared/node/context.tsx'
import { useServices } from '../services.ts'
import type { ShareFile } from '../share-file.ts'
import type { Phase } from './phase.ts'
import type { Choice } from './use-chosen.ts'
import type { Saving } from './use-saving.ts'
import styles from './view.module.css'

interface Props {
  readonly torrent: TorrentSnapshot
  /** Name of the archive when all files are saved. */
  readonly name: string
  /** The files in the form in which they are saved. */
  readonly files: readonly ShareFile[]
  readonly phase: Phase
  readonly choice: Choice
  readonly saving: Saving
}

/** The next action as a large button, and other actions. */
export function Controls({ torrent, name, files, phase, choice, saving }: Props) {
  const { peer } = useServices()
  const isOffered = phase === 'offered' || phase === 'absent'
  const tooLarge = useTooLarge(isOffered ? choice.missingBytes : 0)
  const { count, bytes, missingBytes } = choice
  const only = files.length === 1 ? files[0]! : null
  const maySave = torrent.wantedBytes > 0 || phase === 'complete'
  return (
    <>
      {tooLarge && <Notice tone="warn">{tooLarge}</Notice>}
      <div className={`${layout.wrap2} ${styles.actions}`}>
        {isOffered && (
          <Button
            variant="primary"
            size="large"
            icon="download"
            disabled={count === 0}
            onClick={() => void choice.begin()}
          >
            {missingBytes > 0 && missingBytes < bytes
              ? texts.actions.downloadRest({ size: formatBytes(missingBytes) })
              : texts.actions.download({ size: formatBytes(bytes) })}
          </Button>
        )}
        {only && maySave && (
          <Button
            variant={phase === 'complete' ? 'primary' : 'plain'}
            size="large"
            icon="download"
            onClick={() => saving.save(only)}
          >
            {texts.actions.save}
          </Button>
        )}
        {files.length > 1 && maySave && (
          <Button
            variant={phase === 'complete' ? 'primary' : 'plain'}
            size="large"
            icon="download"
            onClick={() => saving.saveAll(files.filter(isWanted(choice)), name)}
          >
            {texts.actions.saveAll}
          </Button>
        )}
        {(phase === 'downloading' || phase === 'waiting') && (
          <Button size="large" icon="pause" onClick={() => void peer.pause(torrent.id)}>
            {texts.actions.pause}
          </Button>
        )}
        {phase === 'paused' && (
          <Button size="large" icon="play" onClick={() => void peer.resume(torrent.id)}>
            {texts.actions.resume}
          </Button>
        )}
      </div>
      <p className={`${layout.muted} ${styles.said}`} role="status">
        {saving.said}
      </p>
    </>
  )
}

/** Returns whether a file is wanted; all files in a sealed share are. */
const isWanted = (choice: Choice) => (file: ShareFile) => file.haveBytes === null || choice.has(file.index)

/** Returns a warning, before anything is downloaded, if the browser lacks space for it. */
function useTooLarge(neededBytes: number): string | null {
  const { store } = useServices()
  const storage = useCell(store.storage)
  if (!storage || storage.kind === 'memory' || neededBytes === 0) return null
  const freeBytes = storage.quotaBytes - storage.usedBytes - storage.neededBytes
  if (neededBytes <= freeBytes) return null
  return texts.faults.tooLarge({
    needed: formatBytes(neededBytes),
    free: formatBytes(Math.max(0, freeBytes)),
  })
}
