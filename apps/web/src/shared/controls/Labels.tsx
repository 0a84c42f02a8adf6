import { leastUsed } from '../format/colours.ts'
import { useCell, useNode } from '../node/context.tsx'
import layout from './layout.module.css'
import styles from './Panels.module.css'

/** `colour` overrides the label's own colour. */
export function LabelDot({ name, colour }: { name: string; colour?: string | null | undefined }) {
  const colours = useCell(useNode().labelColours)
  const background = colour ?? colours.get(name) ?? leastUsed(name, colours.values())
  return <span className={styles.dot} style={{ background }} aria-hidden="true" />
}

export function LabelChip({ name, colour }: { name: string; colour?: string | null | undefined }) {
  return (
    <span className={`${layout.inline} ${layout.soft} ${styles.chip}`}>
      <LabelDot name={name} colour={colour} />
      <span className={layout.clip}>{name}</span>
    </span>
  )
}
