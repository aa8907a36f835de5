import { useEffect, useRef, useState, type ReactNode } from 'react';

/** What is near the edge of the screen is made ready before it is seen. */
const NEAR_PIXELS = 120;
/** What only flies past while somebody scrolls is not made. */
const STAYS_MS = 120;

/** A place of a fixed height whose content is made only while it is on the screen. */
export function OnScreen({
  height,
  children,
}: {
  readonly height: number;
  readonly children: () => ReactNode;
}): ReactNode {
  const place = useRef<HTMLDivElement>(null);
  const [isShown, setIsShown] = useState(false);
  useEffect(() => {
    if (place.current === null) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        clearTimeout(timer);
        const isNear = entries.at(-1)?.isIntersecting ?? false;
        timer = setTimeout(() => setIsShown(isNear), STAYS_MS);
      },
      { rootMargin: `${NEAR_PIXELS}px` },
    );
    observer.observe(place.current);
    return () => {
      clearTimeout(timer);
      observer.disconnect();
    };
  }, []);
  return (
    <div ref={place} style={{ minHeight: height }}>
      {isShown && children()}
    </div>
  );
}
