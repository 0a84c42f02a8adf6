import { useEffect, useState } from 'react'
import { TextField } from '../../../../shared/controls/Field.tsx'
import { FormDialog } from '../../../../shared/controls/FormDialog.tsx'
import { notify } from '../../../../shared/controls/toasts.ts'
import { messageOf } from '../../../../shared/format/errors.ts'
import { texts } from '../../../../shared/messages/texts.ts'
import { useNode } from '../../../../shared/node/context.tsx'
import type { TreeNode } from '../file-tree.ts'

const say = texts.torrent.files

export interface RenameFileProps {
  readonly id: string
  /** The file that gets another path; null: the dialog is closed. */
  readonly node: TreeNode | null
  onDone(): void
  onClose(): void
}

export function RenameFile({ id, node, onDone, onClose }: RenameFileProps) {
  const { api } = useNode()
  const [path, setPath] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  useEffect(() => {
    setPath(node?.path ?? '')
    setProblem(null)
  }, [node])
  const submit = async () => {
    if (!node?.file) return
    try {
      await api.renameFile({ id, index: node.file.index, path: path.trim() })
      notify(say.renamed, { type: 'good' })
      onDone()
      onClose()
    } catch (error) {
      setProblem(messageOf(error))
    }
  }
  const unchanged = path.trim() === '' || path.trim() === node?.path
  return (
    <FormDialog
      open={node !== null}
      title={say.renameTitle}
      confirm={say.renameSave}
      disabled={unchanged}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextField
        label={say.renameName}
        hint={say.renameHint}
        error={problem}
        spellCheck={false}
        value={path}
        onChange={event => {
          setPath(event.target.value)
          setProblem(null)
        }}
      />
    </FormDialog>
  )
}
