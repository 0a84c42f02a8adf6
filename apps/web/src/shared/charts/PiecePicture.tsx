import { type PointerEvent, useEffect, useMemo, useRef, useState } from 'react'
import layout from '../controls/layout.module.css'
import { texts } from '../messages/viewing.ts'
import { useCell } from '../node/context.tsx'
import { theme } from '../theme/theme.ts'
import { drawCells } from './draw-cells.ts'
import { type Cell, type Grid, gridFor, type Pieces, summarize, toCells } from './piece-picture.ts'
import { textOfCell, textOfSummary } from './piece-texts.ts'
import styles from './pieces.module.css'
import { useWidth } from './useWidth.ts'

const HEIGHT_PIXELS = 190
const say = texts.pieces

/**
 * Shows each piece, or each few of them, as a square: downloaded, missing with the number of peers
 * that have it, or missing and unavailable.
 */
export function PiecePicture({ pieces }: { readonly pieces: Pieces }) {
  const [ref, width] = useWidth()
  const [read, setRead] = useState<number | null>(null)
  const grid = useMemo(() => gridFor(pieces.count, width, HEIGHT_PIXELS), [pieces.count, width])
  const cells = useMemo(() => toCells(pieces, grid.capacity), [pieces, grid.capacity])
  const summary = useMemo(() => summarize(pieces), [pieces])
  const cell = read === null ? undefined : cells[read]
  return (
    <figure className={`${layout.stack3} ${layout.shrink}`}>
      <div ref={ref}>
        {width > 0 && (
          <Squares
            cells={cells}
            grid={grid}
            plain={summary.alone}
            label={textOfSummary(summary)}
            read={read}
            onRead={setRead}
          />
        )}
      </div>
      <figcaption className={`${layout.wrap2} ${layout.spread} ${layout.soft} ${styles.caption}`}>
        <ul className={`${layout.wrap2} ${styles.legend}`}>
          <li>{say.have}</li>
          {summary.alone ? (
            <li className={styles.plain}>{say.missingAlone}</li>
          ) : (
            <>
              <li className={styles.missing}>{say.missing}</li>
              <li className={styles.unavailable}>{say.unavailable}</li>
            </>
          )}
        </ul>
        <span className={layout.tabular}>{cell ? textOfCell(cell) : textOfSummary(summary)}</span>
      </figcaption>
    </figure>
  )
}

interface SquaresProps {
  readonly cells: readonly Cell[]
  readonly grid: Grid
  /** Whether missing pieces are not marked, since no peer has any of them. */
  readonly plain: boolean
  readonly label: string
  readonly read: number | null
  readonly onRead: (index: number | null) => void
}

function Squares({ cells, grid, plain, label, read, onRead }: SquaresProps) {
  const ref = useRef<HTMLCanvasElement>(null)
  const shownTheme = useCell(theme)
  const dark = useDarkSystem()
  const step = grid.sizePixels + grid.gapPixels
  // The canvas keeps the colours of the theme in which it was drawn.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of theme redraws
  useEffect(() => {
    if (ref.current) drawCells(ref.current, cells, grid, { read, plain })
  }, [cells, grid, plain, read, shownTheme, dark])
  const readAt = (event: PointerEvent<HTMLCanvasElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    const column = Math.floor((event.clientX - box.left) / step)
    const index = Math.floor((event.clientY - box.top) / step) * grid.columns + column
    onRead(column < grid.columns && cells[index] ? index : null)
  }
  return (
    <canvas
      ref={ref}
      role="img"
      aria-label={label}
      className={styles.canvas}
      onPointerMove={readAt}
      onPointerDown={readAt}
      onPointerLeave={() => onRead(null)}
    />
  )
}

function useDarkSystem(): boolean {
  const [dark, setDark] = useState(() => matchMedia('(prefers-color-scheme: dark)').matches)
  useEffect(() => {
    const query = matchMedia('(prefers-color-scheme: dark)')
    const changed = () => setDark(query.matches)
    query.addEventListener('change', changed)
    return () => query.removeEventListener('change', changed)
  }, [])
  return dark
}
