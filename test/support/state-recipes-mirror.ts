/** How an estate gets to these rows. */
import type { Recipes } from './state-rows.ts';

export const MIRROR_RECIPES: Recipes = {};
