import { useCell, useNode } from '../node/context.tsx'

/** The existing labels, offered by the field that refers to this list. */
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
