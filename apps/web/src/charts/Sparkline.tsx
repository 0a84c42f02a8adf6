import { useMemo } from 'react'
import styles from './charts.module.css'
import { linear } from './scale.ts'
import { paths, type RatePoint } from './series.ts'

/** A small line without axes, as a hint beside numbers that say the same. */
export function Sparkline(props: {
  points: readonly RatePoint[]
  member: 'down' | 'up'
  width?: number
  height?: number
}) {
  const { points, member, width = 96, height = 24 } = props
  const drawn = useMemo(() => {
    const highest = points.reduce((most, point) => Math.max(most, point[member]), 1)
    const x = linear([points[0]?.atMs ?? 0, points.at(-1)?.atMs ?? 1], [0, width])
    return paths(points, member, x, linear([0, highest], [height - 1, 2]))
  }, [points, member, width, height])
  return (
    <svg className={styles.spark} width={width} height={height} aria-hidden="true">
      <path className={member === 'down' ? styles.downArea : styles.upArea} d={drawn.area} />
      <path className={member === 'down' ? styles.downLine : styles.upLine} d={drawn.line} />
    </svg>
  )
}
