// Scores that a lane writes at a time: here four, of one key.
const SCORE_WIDTH = 4u;
alias ScoreWord = vec4<f32>;

fn score_word(items: array<f32, SCORE_WIDTH>) -> ScoreWord {
  return ScoreWord(items[0], items[1], items[2], items[3]);
}
