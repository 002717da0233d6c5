"""What can go wrong in the control plane, in words a caller may show."""


class ControlPlaneError(Exception):
    """Base of all errors below; the message is fit to be shown to the user who caused it."""


class NotFoundError(ControlPlaneError):
    def __init__(self, noun: str, reference: str, near: tuple[str, ...] = ()) -> None:
        hint = f" Did you mean {', '.join(near)}?" if near else ""
        super().__init__(f"There is no {noun} {reference!r}.{hint}")
        self.noun = noun
        self.reference = reference
        self.near = near


class NoAccountError(ControlPlaneError):
    def __init__(self) -> None:
        super().__init__("There is no account yet: run `analytics up` once.")


class AlreadyExistsError(ControlPlaneError):
    def __init__(self, noun: str, reference: str) -> None:
        super().__init__(f"A {noun} {reference!r} already exists.")
        self.noun = noun
        self.reference = reference


class InvalidValueError(ControlPlaneError):
    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class ChangedMeanwhileError(ControlPlaneError):
    def __init__(self, noun: str, found: str) -> None:
        super().__init__(f"The {noun} was changed meanwhile: it is at {found}. Read it again.")
