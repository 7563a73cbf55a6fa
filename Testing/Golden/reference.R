# Reference values of the statistics, from R and its packages, into Testing/Golden/reference.json.
# Debian: apt-get install r-base-core r-cran-proc r-cran-psych r-cran-glmnet r-cran-rms r-cran-mass
#                         r-cran-jsonlite r-bioc-sva
# Run:    Rscript Testing/Golden/reference.R
suppressPackageStartupMessages({
  library(pROC); library(psych); library(glmnet); library(rms); library(MASS); library(nnet); library(jsonlite); library(sva)
})
folder <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))
table_of <- function(name) read.csv(file.path(folder, "inputs", paste0(name, ".csv")))
out <- list()

# ---- versions
packages <- c("pROC", "psych", "glmnet", "rms", "MASS", "sva")
out$versions <- c(list(R = R.version.string), lapply(setNames(packages, packages), function(p) as.character(packageVersion(p))))
inputs <- c("patients", "ratings", "lasso", "combat")
out$inputs <- lapply(setNames(inputs, inputs), function(n) unname(tools::md5sum(file.path(folder, "inputs", paste0(n, ".csv")))))

# ---- ROC
d <- table_of("patients")
roc_of <- function(rows, score) roc(d$ill[rows], d[[score]][rows], levels = c(0, 1), direction = "<", quiet = TRUE)
all_rows <- rep(TRUE, nrow(d))
area <- function(r) { i <- ci.auc(r, method = "delong"); list(auc = i[2], lower = i[1], upper = i[3], variance = var(r)) }
paired <- roc.test(roc_of(all_rows, "first"), roc_of(all_rows, "second"), method = "delong", paired = TRUE)
unpaired <- roc.test(roc_of(d$male == 1, "first"), roc_of(d$male == 0, "first"), method = "delong", paired = FALSE)
best <- coords(roc_of(all_rows, "first"), "best", best.method = "youden", transpose = FALSE)
out$roc <- list(first = area(roc_of(all_rows, "first")), second = area(roc_of(all_rows, "second")),
                paired = list(z = unname(paired$statistic), p = paired$p.value, lower = paired$conf.int[1], upper = paired$conf.int[2]),
                independent_z = unname(unpaired$statistic), youden = best[1, ])

# ---- ICC
ratings <- as.matrix(table_of("ratings"))
icc_of <- function(feature, readers) {
  m <- ratings[, paste0("f", feature, "r", seq_len(readers) - 1)]
  r <- suppressWarnings(ICC(m, lmer = FALSE))$results
  unlist(r[r$type == "ICC2", c("ICC", "lower bound", "upper bound")])
}
out$icc <- lapply(c(two = 2, three = 3), function(k) unname(t(sapply(0:7, icc_of, readers = k))))

# ---- logistic regression
glm_of <- function(formula) {
  g <- glm(formula, binomial, d, control = glm.control(epsilon = 1e-15, maxit = 100))
  s <- coef(summary(g)); i <- exp(confint.default(g))
  list(beta = s[, 1], error = s[, 2], z = s[, 3], p = s[, 4], odds_ratio = exp(s[, 1]), lower = i[, 1], upper = i[, 2],
       log_likelihood = as.numeric(logLik(g)))
}
out$logistic <- list(univariable_age = glm_of(ill ~ age), multivariable = glm_of(ill ~ age + male + bmi))

# ---- calibration of a score that is off in level and in spread
logit <- 0.6 * d$first + 0.4
p <- plogis(logit)
v <- val.prob(p, d$ill, pl = FALSE)
joint <- glm(d$ill ~ logit, family = binomial, control = glm.control(epsilon = 1e-15, maxit = 100))
large <- glm(d$ill ~ 1, offset = logit, family = binomial, control = glm.control(epsilon = 1e-15, maxit = 100))
knots <- unname(attr(rcs(logit, 4), "parms"))
spline <- lrm(d$ill ~ rcs(logit, knots), tol = 1e-14, eps = 1e-14, maxit = 100)
at <- c(-1, 0, 1, 2)
smooth <- predict(spline, data.frame(logit = at), se.fit = TRUE)
out$calibration <- list(rms_slope = v[["Slope"]], rms_intercept = v[["Intercept"]], brier = v[["Brier"]],
  slope = coef(joint)[[2]], slope_error = sqrt(vcov(joint)[2, 2]), intercept = coef(joint)[[1]],
  in_the_large = coef(large)[[1]], in_the_large_error = sqrt(vcov(large)[1, 1]),
  knots = knots, at = at, spline = unname(smooth$linear.predictors), spline_error = unname(smooth$se.fit))
cuts <- seq(0.05, 0.95, 0.05)
out$net_benefit <- list(thresholds = cuts, model = sapply(cuts, function(t)
  mean(p >= t & d$ill == 1) - mean(p >= t & d$ill == 0) * t / (1 - t)))

# ---- tests of hypotheses
well <- d$ill == 0
ranks <- wilcox.test(d$age[!well], d$age[well], exact = FALSE, correct = FALSE)
tests <- list(welch = t.test(d$age[!well], d$age[well]), student = t.test(d$age[!well], d$age[well], var.equal = TRUE))
out$hypotheses <- c(
  lapply(tests, function(t) list(t = unname(t$statistic), freedom = unname(t$parameter), p = t$p.value)),
  list(mann_whitney = list(u = unname(ranks$statistic), p = ranks$p.value)),
  list(yates = with(chisq.test(table(d$male, d$ill)), list(statistic = unname(statistic), p = p.value)),
       pearson = with(chisq.test(table(d$stage, d$male), correct = FALSE), list(statistic = unname(statistic), p = p.value)),
       point_biserial = with(cor.test(d$ill, d$age), list(r = unname(estimate), t = unname(statistic), p = p.value,
                                                         lower = conf.int[1], upper = conf.int[2])),
       benjamini_hochberg = p.adjust(c(0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216), "BH")))

# ---- LASSO, both kinds, at given penalties and folds
l <- table_of("lasso"); x <- as.matrix(l[, -(1:2)])
# glmnet's own error at thresh 1e-14 is 1e-6 on these collinear columns; 1e-20 brings it to 1e-9.
lasso_of <- function(family, measure, lambda) {
  g <- glmnet(x, l$ill, family, lambda = lambda, thresh = 1e-20, maxit = 1e8)
  cv <- cv.glmnet(x, l$ill, family = family, lambda = lambda, foldid = l$fold + 1, type.measure = measure, thresh = 1e-20,
                  maxit = 1e8)
  list(lambda = lambda, intercepts = unname(g$a0), coefficients = unname(t(as.matrix(g$beta))), errors = cv$cvm,
       standard_errors = cv$cvsd, lambda_min = cv$lambda.min, lambda_1se = cv$lambda.1se)
}
out$lasso <- list(gaussian = lasso_of("gaussian", "mse", exp(seq(log(0.25), log(0.001), length.out = 30))),
                  binomial = lasso_of("binomial", "deviance", exp(seq(log(0.25), log(0.003), length.out = 30))),
                  largest_gaussian = max(glmnet(x, l$ill, "gaussian")$lambda))

# ---- three classes
# On standardised columns: polr's optimiser stops short of the maximum on raw ones.
d$stage <- factor(d$stage)
s <- data.frame(stage = d$stage, scale(d[, c("age", "male", "bmi")]))
ordered <- polr(ordered(stage) ~ age + male + bmi, s, Hess = TRUE, control = list(reltol = 1e-15, maxit = 1000))
# polr's own Hessian is a numerical one: the covariance comes from rms, which inverts the information matrix.
exact <- lrm(stage ~ age + male + bmi, d, tol = 1e-14, eps = 1e-14, maxit = 100)
out$ordinal <- list(slopes = unname(coef(ordered)), cuts = unname(ordered$zeta), log_likelihood = as.numeric(logLik(ordered)),
                    errors = unname(sqrt(diag(vcov(exact)))), probabilities = unname(head(predict(ordered, type = "probs"), 5)))

# ---- ComBat; sva stops its iteration at a change of 1e-4, the reference goes on to 1e-13
iterate <- sva:::it.sol
formals(iterate)$conv <- 1e-13
assignInNamespace("it.sol", iterate, "sva")
h <- table_of("combat"); values <- t(as.matrix(h[, -(1:3)]))
combat_of <- function(mod) unname(t(suppressMessages(ComBat(values, h$centre, mod = mod))))
out$combat <- list(plain = combat_of(NULL), with_covariates = combat_of(model.matrix(~ age + ill, h)))

write_json(out, file.path(folder, "reference.json"), digits = I(17), auto_unbox = TRUE, pretty = FALSE)
