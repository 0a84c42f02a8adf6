import { useCell, useNode } from '../node/context.tsx'

/** The labels that there are, offered by the field whose `list` it is. */
export function LabelNames({ id }: { id: string }) {
  const labels = useCell(useNode().labels)
  return (
    <datalist id={id}>
      {labels.map(({ name }) => (
        <option key={name} value={name} />
      ))}
    </datalist>
  )
}
