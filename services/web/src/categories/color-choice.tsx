import classes from './category-editor.module.css';

/** Twelve that stay apart from each other, for people who see colours differently too, with the words for them. */
const colors = [
  ['#e03131', 'Red'],
  ['#c2255c', 'Pink'],
  ['#9c36b5', 'Purple'],
  ['#6741d9', 'Violet'],
  ['#3b5bdb', 'Indigo'],
  ['#1971c2', 'Blue'],
  ['#0c8599', 'Cyan'],
  ['#099268', 'Teal'],
  ['#2f9e44', 'Green'],
  ['#f08c00', 'Yellow'],
  ['#e8590c', 'Orange'],
  ['#868e96', 'Grey'],
] as const;

export function ColorChoice({ value, onChange }: { value: string; onChange: (color: string) => void }) {
  const isOwn = colors.every(([color]) => color !== value);
  return (
    <fieldset className={classes.choice}>
      <legend>Colour</legend>
      <div className={classes.colors}>
        {colors.map(([color, label]) => (
          <label key={color} className={classes.color} style={{ '--color': color }} title={label}>
            <input
              type="radio"
              name="color"
              aria-label={label}
              checked={value === color}
              onChange={() => onChange(color)}
            />
          </label>
        ))}
        <label className={classes.color} style={{ '--color': value }} data-own={isOwn || undefined} title="Any other">
          <input
            type="color"
            aria-label="Any other colour"
            value={value}
            onChange={(event) => onChange(event.currentTarget.value)}
          />
          {!isOwn && <span aria-hidden="true">…</span>}
        </label>
      </div>
    </fieldset>
  );
}
