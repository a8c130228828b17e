-- The ranking model of this build: what functions/rebuild/ranking.ts fitted to ranking_examples, in thousandths, and the
-- line by which pools carry it. All zeros, and no line, where the configured weights are to order the pools.
SELECT
  1 AS model,
  @model_co_listening AS co_listening,
  @model_artist AS artist,
  @model_audio AS audio,
  @model_tags AS tags,
  @model_popularity AS popularity,
  @model_known_artist AS known_artist,
  @model_new_artist AS new_artist,
  COALESCE(SUM(e.heard), 0) AS heard,
  COALESCE(SUM(e.retained), 0) AS retained,
  @model_auc AS auc,
  @model_configured_auc AS configured_auc,
  IF(
    @model_co_listening = 0 AND @model_artist = 0 AND @model_audio = 0 AND @model_tags = 0 AND @model_popularity = 0
      AND @model_known_artist = 0 AND @model_new_artist = 0,
    '',
    CONCAT(
      '\nmodel ', CAST(@model_co_listening AS STRING), ' ', CAST(@model_artist AS STRING), ' ',
      CAST(@model_audio AS STRING), ' ', CAST(@model_tags AS STRING), ' ', CAST(@model_popularity AS STRING), ' ',
      CAST(@model_known_artist AS STRING), ' ', CAST(@model_new_artist AS STRING)
    )
  ) AS line
FROM ranking_examples AS e
WHERE NOT e.held_out
