/** Starts the page of the game day. A bundle of its own: nothing of it is in the daemon's page. */
import { createRoot } from 'react-dom/client';
import { GameDay } from './game-day.tsx';
import '../../style/base.css';
import '../../style/game-day.css';

const root = document.getElementById('page');
if (root !== null) createRoot(root).render(<GameDay />);
