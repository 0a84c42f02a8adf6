/** Three fish that swim in the same direction. */
export function Logo({ size = 26 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <g fill="var(--accent)">
        <path d="M13.5 7.5c4.2-3.4 9.400-3.200 13.500 0-4.100 3.200-9.300 3.400-13.500 0l-3.600 2.700c.5-1.800.5-3.600 0-5.400z" />
        <path
          d="M8.500 16c4.200-3.400 9.400-3.200 13.500 0-4.100 3.200-9.300 3.400-13.500 0l-3.600 2.700c.5-1.800.5-3.600 0-5.400z"
          opacity=".78"
        />
        <path
          d="M15.500 24.500c4.200-3.400 9.400-3.200 13.500 0-4.100 3.200-9.300 3.400-13.500 0l-3.600 2.700c.5-1.800.5-3.600 0-5.400z"
          opacity=".55"
        />
      </g>
    </svg>
  )
}
