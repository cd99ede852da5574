/** Asks for a token where the daemon wants one. It stays in this tab. */
import { useState, type SubmitEvent } from 'react';
import { useStore } from './use-live.ts';

export function TokenForm({ refused }: { readonly refused: boolean }) {
  const store = useStore();
  const [token, setToken] = useState('');
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (token.trim() !== '') store.giveToken(token.trim());
  };
  return (
    <form className="card token" onSubmit={submit}>
      <h1>This daemon wants a token</h1>
      {refused && (
        <p role="alert" className="refusal">
          The token is not in force: unknown, or its end has come.
        </p>
      )}
      <TokenField value={token} onChange={setToken} />
      <button type="submit" className="primary">
        Open
      </button>
    </form>
  );
}

interface TokenFieldProps {
  readonly value: string;
  readonly onChange: (token: string) => void;
}

export function TokenField({ value, onChange }: TokenFieldProps) {
  return (
    <label>
      Token
      <input
        type="password"
        autoComplete="off"
        spellCheck={false}
        value={value}
        onChange={({ target }) => onChange(target.value)}
      />
      <small>
        From <code>pchat token create</code>, or <code>control-token</code> in the journal’s folder. It stays
        in this tab.
      </small>
    </label>
  );
}
