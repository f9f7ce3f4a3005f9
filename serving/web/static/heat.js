// Paints how much each place of a page answers a token of the question.

// As engine/heatmap.py paints it: inferno's stops, nothing below the floor.
const STOPS = [[87, 16, 110], [188, 55, 84], [249, 142, 9], [246, 215, 70]];
const FLOOR = 0.15;
const OPACITY = 0.62;

/** What each box has for one token, or for the whole question (null), the hottest being 1. */
export function heatOf(map, token) {
  const sums = map.boxes.map((_, n) =>
    token === null ? map.heat.reduce((sum, row) => sum + row[n], 0) : map.heat[token][n]);
  const top = Math.max(...sums, 0);
  return top > 0 ? sums.map((value) => value / top) : sums;
}

export function paint(canvas, boxes, heat) {
  const { width, height } = canvas;
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, width, height);
  const order = heat.map((value, n) => [value, n]).filter(([value]) => value > FLOOR).sort((a, b) => a[0] - b[0]);
  for (const [value, n] of order) {
    const [x0, y0, x1, y1] = boxes[n];
    const area = [x0 * width, y0 * height, Math.max(1, (x1 - x0) * width), Math.max(1, (y1 - y0) * height)];
    const shown = (value - FLOOR) / (1 - FLOOR);
    context.clearRect(...area); // where boxes overlap the hottest shows
    context.fillStyle = colour(shown, OPACITY * Math.sqrt(shown));
    context.fillRect(...area);
  }
}

function colour(value, opacity) {
  const place = value * (STOPS.length - 1);
  const low = Math.min(Math.floor(place), STOPS.length - 2);
  const mixed = STOPS[low].map((from, i) => Math.round(from + (STOPS[low + 1][i] - from) * (place - low)));
  return `rgb(${mixed.join(" ")} / ${opacity.toFixed(3)})`;
}
